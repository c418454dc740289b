-- One row per touch tier and month: the tier's accounts, the CSMs who serve it, and the
-- hours its accounts need; zeros where there is nothing.
with months as (
    select * from {{ ref('int_capacity_months') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

books as (
    select * from {{ ref('int_csm_books') }}
),

hours as (
    select * from {{ ref('int_expected_hours') }}
),

csm_loads as (
    select * from {{ ref('int_csm_loads') }}
),

tiers as (
    select
        touch_tiers.touch_tier,
        touch_tiers.accounts_per_csm_min,
        touch_tiers.accounts_per_csm_max,
        touch_tiers.is_team_band
    from touch_tiers
    union all
    select
        'unassigned' as touch_tier,
        null as accounts_per_csm_min,
        null as accounts_per_csm_max,
        false as is_team_band
),

tier_accounts as (
    select
        books.touch_tier,
        books.month,
        sum(books.accounts) as accounts,
        sum(books.arr) as arr,
        sum(books.uncovered_accounts) as uncovered_accounts
    from books
    group by books.touch_tier, books.month
),

tier_hours as (
    select
        hours.touch_tier,
        hours.month,
        sum(hours.expected_hours) as expected_hours
    from hours
    group by hours.touch_tier, hours.month
),

tier_csms as (
    select
        csm_loads.touch_model as touch_tier,
        csm_loads.month,
        count(*) as csms,
        count(distinct coalesce(csm_loads.team, csm_loads.csm_id)) as teams,
        sum(csm_loads.weekly_hours) as weekly_hours,
        sum(csm_loads.accounts) as book_accounts
    from csm_loads
    where csm_loads.is_present_at_close
    group by csm_loads.touch_model, csm_loads.month
),

joined as (
    select
        tiers.touch_tier,
        months.month,
        months.is_partial,
        months.working_days,
        tiers.is_team_band,
        tiers.accounts_per_csm_min as recommended_min,
        tiers.accounts_per_csm_max as recommended_max,
        coalesce(tier_accounts.accounts, 0) as accounts,
        coalesce(tier_accounts.arr, 0) as arr,
        coalesce(tier_accounts.uncovered_accounts, 0) as uncovered_accounts,
        coalesce(tier_csms.csms, 0) as csms,
        coalesce(tier_csms.teams, 0) as teams,
        coalesce(tier_csms.weekly_hours, 0) as weekly_hours,
        coalesce(tier_csms.book_accounts, 0) as book_accounts,
        coalesce(tier_hours.expected_hours, 0) as expected_hours
    from tiers
    cross join months
    left join tier_accounts
        on
            tiers.touch_tier = tier_accounts.touch_tier
            and months.month = tier_accounts.month
    left join tier_csms
        on
            tiers.touch_tier = tier_csms.touch_tier
            and months.month = tier_csms.month
    left join tier_hours
        on
            tiers.touch_tier = tier_hours.touch_tier
            and months.month = tier_hours.month
),

final as (
    select
        joined.touch_tier,
        joined.month,
        joined.is_partial,
        joined.is_team_band,
        joined.recommended_min,
        joined.recommended_max,
        cast(joined.accounts as bigint) as accounts,
        cast(joined.arr as decimal(18, 2)) as arr,
        cast(joined.uncovered_accounts as bigint) as uncovered_accounts,
        cast(joined.csms as bigint) as csms,
        cast(joined.teams as bigint) as teams,
        cast(
            case
                when joined.is_team_band then joined.teams else joined.csms
            end as bigint
        )
            as band_units,
        cast(joined.book_accounts as bigint) as book_accounts,
        cast(joined.weekly_hours as decimal(18, 4)) as weekly_hours,
        cast(joined.expected_hours as decimal(18, 4)) as expected_hours,
        cast(
            {{ whole_number_var('full_time_weekly_hours') }}
            * joined.working_days
            * 0.2 as decimal(18, 4)
        )
            as full_time_hours
    from joined
)

select * from final
