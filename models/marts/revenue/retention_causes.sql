-- One row per cause that moved net retention over the last twelve whole months: what it
-- won, what it lost, and how much of NRR that is. Only accounts of the cohort; the
-- causes add up to current_arr - base_arr of the last whole month's `all` row of
-- retention.
with causes as (
    select * from {{ ref('int_retention_causes') }}
),

retention as (
    select * from {{ ref('retention') }}
    where
        window_months = 12
        and slice_name = 'all'
        and as_of_month = {{ closed_month() }}
),

summed as (
    select
        causes.cause,
        count(*) as accounts,
        sum(case when causes.arr > 0 then causes.arr else 0 end) as gained_arr,
        sum(case when causes.arr < 0 then causes.arr else 0 end) as lost_arr,
        sum(causes.arr) as net_arr
    from causes
    group by causes.cause
),

final as (
    select
        summed.cause,
        cast(summed.accounts as bigint) as accounts,
        cast(summed.gained_arr as decimal(18, 2)) as gained_arr,
        cast(summed.lost_arr as decimal(18, 2)) as lost_arr,
        cast(summed.net_arr as decimal(18, 2)) as net_arr,
        {{ safe_divide('summed.net_arr', 'retention.base_arr') }} as nrr_points
    from summed
    cross join retention
)

select * from final
