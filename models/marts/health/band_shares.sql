-- One row per scored week and touch tier, or `all` for the company: how many accounts,
-- and how much ARR, stood in each band, and how much of the drivers' weight was known.
-- Accounts and amounts may be added over tiers, never over weeks.
{% set bands = ['green', 'yellow', 'red', 'unscored'] -%}
with scores as (
    select * from {{ ref('health_scores') }}
),

interventions as (
    select * from {{ ref('interventions') }}
),

-- Red accounts that somebody was on that day.
attended as (
    select distinct
        scores.account_id,
        scores.week
    from scores
    inner join interventions
        on
            scores.account_id = interventions.account_id
            and scores.taken_on >= interventions.opened_on
            and scores.taken_on < {{ open_end('interventions.closed_on') }}
    where scores.band = 'red'
),

with_care as (
    select
        scores.*,
        case
            when scores.band = 'red' and attended.account_id is null then 1 else 0
        end as red_unattended
    from scores
    left join attended
        on
            scores.account_id = attended.account_id
            and scores.week = attended.week
),

slices as (
    select
        with_care.*,
        'all' as slice_value
    from with_care
    union all
    select
        with_care.*,
        with_care.touch_tier as slice_value
    from with_care
),

summed as (
    select
        slices.week,
        slices.taken_on,
        slices.is_current,
        slices.slice_value as touch_tier,
        count(*) as accounts,
        sum(slices.arr) as arr,
        {%- for band in bands %}
        sum(case when slices.band = '{{ band }}' then 1 else 0 end)
            as {{ band }}_accounts,
        sum(case when slices.band = '{{ band }}' then slices.arr else 0 end)
            as {{ band }}_arr,
        {%- endfor %}
        sum(slices.red_unattended) as red_unattended_accounts,
        sum(slices.red_unattended * slices.arr) as red_unattended_arr,
        sum(slices.coverage) as coverage_sum
    from slices
    group by slices.week, slices.taken_on, slices.is_current, slices.slice_value
),

final as (
    select
        summed.week,
        summed.taken_on,
        summed.is_current,
        summed.touch_tier,
        cast(summed.accounts as bigint) as accounts,
        cast(summed.arr as decimal(18, 2)) as arr,
        {%- for band in bands %}
        cast(summed.{{ band }}_accounts as bigint) as {{ band }}_accounts,
        cast(summed.{{ band }}_arr as decimal(18, 2)) as {{ band }}_arr,
        {{ safe_divide('summed.' ~ band ~ '_arr', 'summed.arr') }}
            as {{ band }}_arr_share,
        {%- endfor %}
        cast(summed.red_unattended_accounts as bigint) as red_unattended_accounts,
        cast(summed.red_unattended_arr as decimal(18, 2)) as red_unattended_arr,
        {{ safe_divide(
            '(summed.accounts - summed.unscored_accounts)', 'summed.accounts'
        ) }} as scored_share,
        {{ exact_divide('summed.coverage_sum', 'summed.accounts') }} as coverage
    from summed
)

select * from final
