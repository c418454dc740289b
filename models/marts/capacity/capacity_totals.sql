-- One row per as-of date, which is one row: how the whole team stands against its bands
-- and hours, what nobody or the wrong CSM looks after, and what would mend it.
with csm_capacity as (
    select * from {{ ref('csm_capacity') }}
    where month = {{ month_of(as_of()) }}
),

coverage as (
    select * from {{ ref('account_coverage') }}
),

moves as (
    select * from {{ ref('rebalancing_moves') }}
),

headcount as (
    select * from {{ ref('headcount_forecast') }}
    where scenario = 'expected'
),

loads as (
    select
        sum(case when csm_capacity.is_present_at_close then 1 else 0 end) as csms,
        sum(case when csm_capacity.band = 'over' then 1 else 0 end) as csms_over,
        sum(case when csm_capacity.band = 'in' then 1 else 0 end) as csms_in,
        sum(case when csm_capacity.band = 'under' then 1 else 0 end) as csms_under,
        -- Not by utilisation: who has no hours, but a book, has none.
        sum(
            case
                when
                    csm_capacity.is_present_at_close
                    and csm_capacity.expected_hours > csm_capacity.available_hours
                    then 1
                else 0
            end
        ) as csms_overbooked,
        sum(csm_capacity.expected_hours) as expected_hours,
        sum(csm_capacity.available_hours) as available_hours
    from csm_capacity
),

covered as (
    select
        count(*) as accounts,
        coalesce(sum(coverage.arr), 0) as arr,
        coalesce(sum(case when coverage.csm_id is null then 1 end), 0)
            as uncovered_accounts,
        coalesce(sum(case when coverage.csm_id is null then coverage.arr end), 0)
            as uncovered_arr,
        coalesce(sum(case when coverage.status = 'mis-tiered' then 1 end), 0)
            as mis_tiered_accounts,
        coalesce(sum(
            case when coverage.status = 'mis-tiered' then coverage.arr end
        ), 0) as mis_tiered_arr
    from coverage
),

mended as (
    select
        coalesce(sum(case when moves.proposal = 'move' then 1 end), 0)
            as proposed_moves,
        coalesce(sum(case when moves.proposal = 'infeasible' then 1 end), 0)
            as tiers_out_of_band
    from moves
),

-- Churn may bring a tier back into its band that exceeds it before.
fullest_months as (
    select
        headcount.touch_tier,
        max(headcount.csms_to_hire) as csms_to_hire
    from headcount
    group by headcount.touch_tier
),

forecast as (
    select coalesce(sum(fullest_months.csms_to_hire), 0) as csms_to_hire
    from fullest_months
),

final as (
    select
        {{ as_of() }} as as_of_date,
        cast(covered.accounts as bigint) as accounts,
        cast(covered.arr as decimal(18, 2)) as arr,
        cast(coalesce(loads.csms, 0) as bigint) as csms,
        cast(coalesce(loads.csms_over, 0) as bigint) as csms_over,
        cast(coalesce(loads.csms_in, 0) as bigint) as csms_in,
        cast(coalesce(loads.csms_under, 0) as bigint) as csms_under,
        cast(coalesce(loads.csms_overbooked, 0) as bigint) as csms_overbooked,
        cast(coalesce(loads.expected_hours, 0) as decimal(18, 4)) as expected_hours,
        cast(coalesce(loads.available_hours, 0) as decimal(18, 4)) as available_hours,
        {{ exact_divide('loads.expected_hours', 'loads.available_hours') }}
            as utilisation,
        cast(covered.uncovered_accounts as bigint) as uncovered_accounts,
        cast(covered.uncovered_arr as decimal(18, 2)) as uncovered_arr,
        cast(covered.mis_tiered_accounts as bigint) as mis_tiered_accounts,
        cast(covered.mis_tiered_arr as decimal(18, 2)) as mis_tiered_arr,
        cast(mended.proposed_moves as bigint) as proposed_moves,
        cast(mended.tiers_out_of_band as bigint) as tiers_out_of_band,
        cast(forecast.csms_to_hire as bigint) as csms_to_hire
    from loads
    cross join covered
    cross join mended
    cross join forecast
)

select * from final
