-- One row per customer and week whose score is not kept, or was made of other facts:
-- what a build that starts from kept scores makes anew or takes out. A score comes of a
-- week's facts and the policies alone. Empty in a full build.
{%- set kept = kept_health_facts(this) %}
with facts as (
    select * from {{ ref('int_health_facts') }}
),

{%- if kept is none %}

final as (
    select
        facts.account_id,
        facts.week
    from facts
    where false
)
{%- else %}

kept as (
    select * from {{ kept }}
),

final as (
    select
        coalesce(facts.account_id, kept.account_id) as account_id,
        coalesce(facts.week, kept.week) as week
    from facts
    full join kept
        on
            facts.account_id = kept.account_id
            and facts.week = kept.week
    where
        {%- for column in adapter.get_columns_in_relation(kept) %}
        {{ 'or ' if not loop.first -}}
        facts.{{ column.name }} is distinct from kept.{{ column.name }}
        {%- endfor %}
)
{%- endif %}

select * from final
