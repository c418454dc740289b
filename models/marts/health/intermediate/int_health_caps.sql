-- One row per customer, scored week and cap whose condition holds on its last day. The
-- lowest ceiling has rank 1 and limits the score; a stale measure caps nothing.
with facts as (
    select * from {{ ref('int_health_facts') }}
),

caps as (
    select * from {{ ref('health_caps') }}
),

measured as (
    select
        facts.account_id,
        facts.week,
        facts.taken_on,
        caps.cap,
        caps.driver,
        caps.comparison,
        caps.threshold,
        caps.ceiling,
        caps.stale_after_days,
        caps.shown_as,
        caps.words,
        cast(case caps.measure
            when 'champion_lost_days' then facts.champion_lost_days
            {%- for driver in health_drivers() %}
            when '{{ driver }}' then facts.{{ driver }}
            {%- endfor %}
        end as decimal(15, 6)) as raw_value,
        case caps.measure
            {%- for driver, known_on in health_drivers().items() if known_on %}
            when '{{ driver }}' then facts.{{ known_on }}
            {%- endfor %}
            else facts.taken_on
        end as known_on
    from facts
    inner join caps
        on caps.touch_tier in ('all', facts.touch_tier)
),

final as (
    select
        measured.account_id,
        measured.week,
        measured.cap,
        measured.driver,
        measured.ceiling,
        measured.raw_value,
        {{ with_value('measured.words', 'measured.raw_value', 'measured.shown_as') }}
            as words,
        row_number() over (
            partition by measured.account_id, measured.week
            order by measured.ceiling, measured.cap
        ) as cap_rank
    from measured
    where
        case measured.comparison
            when 'more than' then measured.raw_value > measured.threshold
            when 'at least' then measured.raw_value >= measured.threshold
            when 'less than' then measured.raw_value < measured.threshold
            when 'at most' then measured.raw_value <= measured.threshold
            else false
        end
        and coalesce(
            {{ days_between('measured.known_on', 'measured.taken_on') }}
            <= measured.stale_after_days,
            true
        )
)

select * from final
