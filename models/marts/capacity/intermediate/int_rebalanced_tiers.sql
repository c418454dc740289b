-- One row per touch tier with accounts or CSMs: what is left of its problem once the
-- proposed moves are made. `accounts_over` lie above a band, `accounts_under` are short
-- of one. `heads_missing` is how many CSMs (teams, for a tier whose band is a team's)
-- more would let no book exceed the band, or, negative, how many fewer let none be
-- short of it; 0 where those who stay would exceed it, since not every number of
-- accounts fits a narrow band.
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

-- One stays, however few accounts there are.
with_heads as (
    select
        with_totals.*,
        {{ whole_heads('with_totals.accounts', 'with_totals.accounts_per_csm_max') }}
            as least_heads,
        greatest(
            floor(
                {{ safe_divide(
                    'with_totals.accounts', 'with_totals.accounts_per_csm_min'
                ) }}
            ),
            1
        ) as most_heads
    from with_totals
),

final as (
    select
        with_heads.touch_tier,
        with_heads.is_team_band,
        cast(with_heads.units as bigint) as units,
        cast(with_heads.accounts as bigint) as accounts,
        cast(with_heads.accounts_over as bigint) as accounts_over,
        cast(with_heads.accounts_under as bigint) as accounts_under,
        cast(case
            when with_heads.accounts_over > 0
                then with_heads.least_heads - with_heads.units
            when
                with_heads.accounts_under > 0
                and with_heads.most_heads >= with_heads.least_heads
                then with_heads.most_heads - with_heads.units
            else 0
        end as bigint) as heads_missing
    from with_heads
)

select * from final
