-- One row per touch tier (`all` stands for any), lead (90, 30 or 0 days), day on which
-- somebody asks and health band, each of the four: how the terms ended that were
-- settled before that day, by the band that their accounts had so many days ahead.
-- Those cancelled by then are left out, since of these one knows: hence two leads, as
-- most cancellations come between. At 0 days they are those that were in grace.
with questions as (
    select * from {{ ref('int_renewal_questions') }}
),

bands as (
    select * from {{ ref('int_bands_before_renewals') }}
),

with_band as (
    select
        questions.*,
        bands.health_band
    from questions
    inner join bands
        on
            questions.account_id = bands.account_id
            and questions.asked_on = bands.asked_on
    where not questions.is_cancelled
),

health_bands as (
    {%- for band in ['green', 'yellow', 'red', 'unscored'] %}
    select '{{ band }}' as health_band{{ ' union all' if not loop.last }}
    {%- endfor %}
),

asked_days as (
    select distinct
        with_band.touch_tier,
        with_band.compared_at_days,
        with_band.asked_on
    from with_band
),

case_days as (
    select
        with_band.touch_tier,
        with_band.health_band,
        with_band.compared_at_days,
        with_band.settled_on as day,
        1 as cases,
        with_band.arr,
        with_band.kept_arr,
        with_band.net_kept_arr
    from with_band
    where
        with_band.lead_days = with_band.compared_at_days
        and with_band.settled_on is not null
    union all
    select
        asked_days.touch_tier,
        health_bands.health_band,
        asked_days.compared_at_days,
        asked_days.asked_on as day,
        0 as cases,
        0 as arr,
        0 as kept_arr,
        0 as net_kept_arr
    from asked_days
    cross join health_bands
),

at_every_level as (
    {%- for tier in ['case_days.touch_tier', "'all' as touch_tier"] %}
    select
        {{ tier }},
        case_days.health_band,
        case_days.compared_at_days,
        case_days.day,
        case_days.cases,
        case_days.arr,
        case_days.kept_arr,
        case_days.net_kept_arr
    from case_days
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

by_day as (
    select
        at_every_level.touch_tier,
        at_every_level.health_band,
        at_every_level.compared_at_days,
        at_every_level.day,
        sum(at_every_level.cases) as cases,
        sum(at_every_level.arr) as arr,
        sum(at_every_level.kept_arr) as kept_arr,
        sum(at_every_level.net_kept_arr) as net_kept_arr
    from at_every_level
    group by
        at_every_level.touch_tier,
        at_every_level.health_band,
        at_every_level.compared_at_days,
        at_every_level.day
),

so_far as (
    select
        {%- for column in ['cases', 'arr', 'kept_arr', 'net_kept_arr'] %}
        coalesce(sum(by_day.{{ column }}) over earlier_days, 0) as {{ column }},
        {%- endfor %}
        by_day.touch_tier,
        by_day.health_band,
        by_day.compared_at_days,
        by_day.day as asked_on
    from by_day
    window earlier_days as (
        partition by by_day.touch_tier, by_day.health_band, by_day.compared_at_days
        order by by_day.day
        rows between unbounded preceding and 1 preceding
    )
),

final as (
    select
        so_far.touch_tier,
        so_far.health_band,
        so_far.compared_at_days,
        so_far.asked_on,
        cast(so_far.cases as bigint) as cases,
        cast(so_far.arr as decimal(18, 2)) as arr,
        cast(so_far.kept_arr as decimal(18, 2)) as kept_arr,
        cast(so_far.net_kept_arr as decimal(18, 2)) as net_kept_arr
    from so_far
)

select * from final
