-- One row per customer as of the date: the tier that its ARR asks for, the tier that
-- its CSM serves, and whether the two agree. Where two CSMs claim an account, neither
-- row counts (quality.quarantined_rows, overlapping_rows), and the status says so.
with accounts as (
    select * from {{ ref('accounts') }}
    where is_customer
),

csms as (
    select * from {{ ref('csms') }}
),

bands as (
    select * from {{ ref('int_account_bands') }}
    where month = {{ month_of(as_of()) }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

quarantined_rows as (
    select * from {{ ref('quarantined_rows') }}
    where
        table_name = 'crm_account_owners'
        and reason = 'overlapping_rows'
),

{{ account_identities() }},

-- The row's key opens with the account, as it was sent.
sent_claims as (
    select {{ dbt.split_part('quarantined_rows.row_key', "'|'", 1) }} as sent_id
    from quarantined_rows
),

meant_claims as (
    select
        {{ meant_value('identities', 'source_account_id', 'account_id') | indent(8) }}
            as account_id
    from sent_claims
    {{ join_what_id_means(
        'sent_claims.sent_id', 'identities', 'source_account_id'
    ) | indent(4) }}
),

claims as (
    select
        meant_claims.account_id,
        cast(count(*) as bigint) as refused_owner_rows
    from meant_claims
    group by meant_claims.account_id
),

joined as (
    select
        accounts.*,
        csms.touch_model as csm_touch_tier,
        coalesce(bands.health_band, 'unscored') as band,
        coalesce(claims.refused_owner_rows, 0) as refused_owner_rows,
        account_tiers.arr_from as account_tier_from,
        csm_tiers.arr_from as csm_tier_from
    from accounts
    left join csms
        on accounts.csm_id = csms.csm_id
    left join bands
        on accounts.account_id = bands.account_id
    left join claims
        on accounts.account_id = claims.account_id
    left join touch_tiers as account_tiers
        on accounts.touch_tier = account_tiers.touch_tier
    left join touch_tiers as csm_tiers
        on csms.touch_model = csm_tiers.touch_tier
),

final as (
    select
        joined.account_id,
        coalesce(joined.account_name, joined.account_id) as account_name,
        joined.arr,
        joined.touch_tier,
        joined.csm_id,
        joined.csm_name,
        joined.csm_touch_tier,
        case
            when
                joined.csm_id is null and joined.refused_owner_rows > 0
                then 'double-owned'
            when joined.csm_id is null then 'uncovered'
            when joined.touch_tier <> joined.csm_touch_tier then 'mis-tiered'
            else 'covered'
        end as status,
        case
            when
                joined.account_tier_from > joined.csm_tier_from
                then 'served below its tier'
            when
                joined.account_tier_from < joined.csm_tier_from
                then 'served above its tier'
        end as mismatch,
        joined.refused_owner_rows,
        joined.band as health_band,
        joined.lifecycle_stage
    from joined
)

select * from final
