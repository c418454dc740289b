-- One row per touch tier with accounts or CSMs: what is left of its problem once the
-- proposed moves are made. `accounts_outside` counts accounts above or below a band;
-- `heads_missing` is how many CSMs (for a tier whose band is a team's: teams) more, or,
-- negative, fewer would let every book be in band.
with books as (
    select * from {{ ref('int_rebalancing_books') }}
),

seats as (
    select * from {{ ref('int_rebalancing_seats') }}
),

flows as (
    select * from {{ ref('int_rebalancing_flows') }}
),

touch_tiers as (
    select * from {{ ref('touch_tiers') }}
),

holdings as (
    select
        books.csm_id,
        books.accounts
    from books
    union all
    select
        flows.to_csm_id as csm_id,
        flows.accounts
    from flows
    union all
    select
        flows.from_csm_id as csm_id,
        -flows.accounts as accounts
    from flows
),

units as (
    select
        seats.touch_tier,
        seats.unit,
        coalesce(sum(holdings.accounts), 0) as accounts
    from seats
    left join holdings
        on seats.csm_id = holdings.csm_id
    group by seats.touch_tier, seats.unit
),

served as (
    select
        units.touch_tier,
        count(*) as units,
        sum(units.accounts) as accounts,
        sum(greatest(units.accounts - touch_tiers.accounts_per_csm_max, 0))
            as accounts_over,
        sum(greatest(touch_tiers.accounts_per_csm_min - units.accounts, 0))
            as accounts_under
    from units
    inner join touch_tiers
        on units.touch_tier = touch_tiers.touch_tier
    group by units.touch_tier
),

asked as (
    select
        books.touch_tier,
        sum(books.accounts) as accounts
    from books
    group by books.touch_tier
),

-- Where no CSM serves the tier, all of its accounts are outside.
with_totals as (
    select
        touch_tiers.touch_tier,
        touch_tiers.is_team_band,
        touch_tiers.accounts_per_csm_min,
        touch_tiers.accounts_per_csm_max,
        coalesce(served.units, 0) as units,
        coalesce(served.accounts, asked.accounts) as accounts,
        coalesce(served.accounts_over, asked.accounts) as accounts_over,
        coalesce(served.accounts_under, 0) as accounts_under
    from touch_tiers
    left join served
        on touch_tiers.touch_tier = served.touch_tier
    left join asked
        on touch_tiers.touch_tier = asked.touch_tier
    where served.units > 0 or asked.accounts > 0
),

final as (
    select
        with_totals.touch_tier,
        with_totals.is_team_band,
        cast(with_totals.units as bigint) as units,
        cast(with_totals.accounts as bigint) as accounts,
        cast(with_totals.accounts_over as bigint) as accounts_over,
        cast(with_totals.accounts_under as bigint) as accounts_under,
        cast(case
            when with_totals.accounts_over > 0
                then {{ whole_heads(
                    'with_totals.accounts',
                    'with_totals.accounts_per_csm_max'
                ) }}
                    - with_totals.units
            when with_totals.accounts_under > 0
                then greatest(
                        floor(
                            {{ safe_divide(
                                'with_totals.accounts',
                                'with_totals.accounts_per_csm_min'
                            ) }}
                        ),
                        1
                    ) - with_totals.units
            else 0
        end as bigint) as heads_missing
    from with_totals
)

select * from final
