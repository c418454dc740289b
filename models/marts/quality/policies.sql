-- One row per switch (dbt var) and policy seed in force in this build.
-- `version` of a seed is the SHA-256 of its file: two builds with the same versions
-- decided alike.
with final as (
    {%- for name in policy_switches() %}
    {%- set value = var(name) %}
    {#- YAML takes 2025-12-31 for a date, which JSON does not know. #}
    {%- set value = value.isoformat() if value.isoformat is defined else value %}
    {%- set setting = value if value is string else tojson(value) %}
    select
        'switch' as kind,
        '{{ name }}' as policy,
        {% if value is none -%}
        cast(null as {{ dbt.type_string() }})
        {%- else -%}
        cast('{{ setting | replace("'", "''") }}' as {{ dbt.type_string() }})
        {%- endif %} as setting,
        cast(null as {{ dbt.type_string() }}) as version
    union all
    {%- endfor %}
    {%- for seed in policy_seeds() %}
    select
        'seed' as kind,
        '{{ seed.name }}' as policy,
        '{{ seed.path }}' as setting,
        '{{ seed.version }}' as version
    union all
    {%- endfor %}
    select
        'switch' as kind,
        'as_of_date in force' as policy,
        '{{ as_of_date() }}' as setting,
        cast(null as {{ dbt.type_string() }}) as version
)

select * from final
