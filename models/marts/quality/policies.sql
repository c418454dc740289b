-- One row per switch (dbt var) and policy seed in force in this build.
-- `version` of a seed is the SHA-256 of its file: two builds with the same versions
-- decided alike.
with final as (
    {%- for name in policy_switches() %}
    {%- set setting = var(name) if var(name) is string else tojson(var(name)) %}
    select
        'switch' as kind,
        '{{ name }}' as policy,
        {% if var(name) is none -%}
        cast(null as varchar)
        {%- else -%}
        cast('{{ setting | replace("'", "''") }}' as varchar)
        {%- endif %} as setting,
        cast(null as varchar) as version
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
        cast(null as varchar) as version
)

select * from final
