-- One row per slice: how long before their churn customers had been red without a break
-- (0: they were not red in the end), and how often a customer's band changes in 52
-- weeks.
with scores as (
    select * from {{ ref('health_scores') }}
),

events as (
    select * from {{ ref('arr_events') }}
    where movement_type = 'churn'
),

-- Who was away begins anew (DECISIONS H6).
with_before as (
    select
        scores.*,
        case
            when
                lag(scores.week) over account_history
                = {{ add_days('scores.week', -7) }}
                then lag(scores.band) over account_history
        end as band_before
    from scores
    window account_history as (
        partition by scores.account_id
        order by scores.week
    )
),

marked as (
    select
        with_before.*,
        max(case
            when
                with_before.band = 'red'
                and coalesce(with_before.band_before, 'none') <> 'red'
                then with_before.taken_on
        end) over (
            partition by with_before.account_id
            order by with_before.week
            rows between unbounded preceding and current row
        ) as red_since
    from with_before
),

-- The last score before the day of the churn; scores of its grace are later.
churns as (
    select
        marked.account_id,
        events.event_on,
        marked.touch_tier,
        case
            when marked.band <> 'red' then 0
            else {{ days_between('marked.red_since', 'events.event_on') }}
        end as warning_days,
        row_number() over (
            partition by marked.account_id, events.event_on
            order by marked.week desc
        ) as nearness
    from events
    inner join marked
        on
            events.account_id = marked.account_id
            and events.event_on > marked.taken_on
            and {{ add_days('events.event_on', -14) }} <= marked.taken_on
),

sliced_churns as (
    {%- for slice_name, slice_value in backtest_slices('churns').items() %}
    select
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        churns.warning_days,
        churns.account_id,
        churns.event_on
    from churns
    where churns.nearness = 1
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ordered as (
    select
        sliced_churns.*,
        row_number() over (
            partition by sliced_churns.slice_name, sliced_churns.slice_value
            order by
                sliced_churns.warning_days,
                sliced_churns.account_id,
                sliced_churns.event_on
        ) as place,
        count(*)
            over (partition by sliced_churns.slice_name, sliced_churns.slice_value)
            as churns
    from sliced_churns
),

{%- set in_the_middle -%}
2 * ordered.place between ordered.churns and ordered.churns + 2
{%- endset %}

-- Half of the two in the middle, which are one where their number is odd.
medians as (
    select
        ordered.slice_name,
        ordered.slice_value,
        max(ordered.churns) as churns,
        count(case when ordered.warning_days > 0 then 1 end) as warned_churns,
        {{ safe_divide(
            'cast(sum(case when ' ~ in_the_middle ~ ' then ordered.warning_days end) as bigint)',
            'count(case when ' ~ in_the_middle ~ ' then 1 end)'
        ) }} as median_warning_days
    from ordered
    group by ordered.slice_name, ordered.slice_value
),

flips as (
    {%- for slice_name, slice_value in backtest_slices('marked').items() %}
    select
        '{{ slice_name }}' as slice_name,
        {{ slice_value }} as slice_value,
        {{ safe_divide(
            '52 * count(case when marked.band <> marked.band_before then 1 end)',
            'count(case when marked.band_before is not null then 1 end)'
        ) }} as band_flips_a_year
    from marked
    {%- if slice_name != 'all' %}
    group by {{ slice_value }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        flips.slice_name,
        flips.slice_value,
        flips.band_flips_a_year,
        medians.median_warning_days,
        coalesce(medians.churns, 0) as churns,
        coalesce(medians.warned_churns, 0) as warned_churns
    from flips
    left join medians
        on
            flips.slice_name = medians.slice_name
            and flips.slice_value = medians.slice_value
)

select * from final
