-- One row per trigger of which an intervention was closed in the twelve months up to
-- as_of_date: how many, how they ended, and how many of them a person had met the
-- customer for. Whom somebody meets is chosen by how bad it looks: no cause is shown.
{% set outcomes = ['recovered', 'churned', 'expanded', 'expired'] -%}
with interventions as (
    select * from {{ ref('interventions') }}
    where
        closed_on > {{ add_months(as_of(), -12) }}
        and closed_on <= {{ as_of() }}
),

triggers as (
    select * from {{ ref('intervention_triggers') }}
),

counted as (
    select
        interventions.trigger,
        {%- for outcome in outcomes %}
        sum(case when interventions.outcome = '{{ outcome }}' then 1 else 0 end)
            as {{ outcome }},
        {%- endfor %}
        sum(case when interventions.first_touch_on is not null then 1 else 0 end)
            as touched,
        count(*) as closed
    from interventions
    group by interventions.trigger
),

final as (
    select
        counted.trigger,
        triggers.trigger_rank,
        triggers.kind,
        cast(counted.closed as bigint) as closed,
        {%- for outcome in outcomes %}
        cast(counted.{{ outcome }} as bigint) as {{ outcome }},
        {%- endfor %}
        {{ safe_divide('(counted.recovered + counted.expanded)', 'counted.closed') }}
            as won_rate,
        {{ safe_divide('counted.churned', 'counted.closed') }} as churned_rate,
        {{ safe_divide('counted.touched', 'counted.closed') }} as touched_rate
    from counted
    inner join triggers
        on counted.trigger = triggers.trigger
)

select * from final
