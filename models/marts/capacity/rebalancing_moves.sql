-- One row per account that should change hands, and one per touch tier that no move can
-- bring into band, with the heads that it lacks. The least number of moves, as of the
-- date; an account only moves to a CSM of its tier.
with moves as (
    select * from {{ ref('int_account_moves') }}
),

tiers as (
    select * from {{ ref('int_rebalanced_tiers') }}
),

profiles as (
    select * from {{ ref('account_profiles') }}
),

csm_capacity as (
    select * from {{ ref('csm_capacity') }}
    where month = {{ month_of(as_of()) }}
),

proposed as (
    select
        'account ' || moves.account_id as proposal_id,
        'move' as proposal,
        moves.account_id,
        coalesce(profiles.account_name, moves.account_id) as account_name,
        moves.touch_tier,
        moves.arr,
        moves.from_csm_id,
        from_csms.csm_name as from_csm_name,
        moves.to_csm_id,
        to_csms.csm_name as to_csm_name,
        case
            when moves.from_csm_id is null then 'uncovered'
            when moves.touch_tier <> from_csms.touch_model then 'mis-tiered'
            when from_csms.band = 'over' then 'giver over band'
            -- Now, or once its own misplaced accounts have left it.
            else 'taker under band'
        end as reason,
        cast(0 as bigint) as accounts_outside,
        cast(0 as bigint) as heads_missing
    from moves
    inner join csm_capacity as from_csms
        on moves.csm_id = from_csms.csm_id
    inner join csm_capacity as to_csms
        on moves.to_csm_id = to_csms.csm_id
    left join profiles
        on moves.account_id = profiles.account_id
),

unsolved as (
    select
        'tier ' || tiers.touch_tier as proposal_id,
        'infeasible' as proposal,
        cast(null as {{ dbt.type_string() }}) as account_id,
        cast(null as {{ dbt.type_string() }}) as account_name,
        tiers.touch_tier,
        cast(null as decimal(18, 2)) as arr,
        cast(null as {{ dbt.type_string() }}) as from_csm_id,
        cast(null as {{ dbt.type_string() }}) as from_csm_name,
        cast(null as {{ dbt.type_string() }}) as to_csm_id,
        cast(null as {{ dbt.type_string() }}) as to_csm_name,
        case
            when tiers.accounts_over > 0 and tiers.is_team_band then 'too few teams'
            when tiers.accounts_over > 0 then 'too few heads'
            when tiers.heads_missing < 0 then 'too many heads'
            else 'too few accounts'
        end as reason,
        tiers.accounts_over + tiers.accounts_under as accounts_outside,
        tiers.heads_missing
    from tiers
    where tiers.accounts_over > 0 or tiers.accounts_under > 0
),

final as (
    select * from proposed
    union all
    select * from unsolved
)

select * from final
