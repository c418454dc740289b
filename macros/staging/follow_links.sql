{#- CTEs that follow links (id -> next_id, an id without a further link pointing to
    itself) from `<links>` to their end, named `<links>_followed`: id, end_id. Each
    round doubles the distance, so five rounds reach 32 links deep, on engines without
    recursion too. An id that is still not at an end sits on or before a cycle:
    end_id is NULL there. -#}
{% macro follow_links(links) -%}
{%- set rounds = 5 -%}
{%- for round in range(1, rounds + 1) %}
{%- set before = links if loop.first else links ~ '_round_' ~ (round - 1) %}
{{ links }}_round_{{ round }} as (
    select
        near.id,
        far.next_id
    from {{ before }} as near
    inner join {{ before }} as far
        on near.next_id = far.id
),
{% endfor %}
{{ links }}_followed as (
    select
        reached.id,
        case when last_link.next_id = reached.next_id then reached.next_id end as end_id
    from {{ links }}_round_{{ rounds }} as reached
    inner join {{ links }} as last_link
        on reached.next_id = last_link.id
)
{%- endmacro %}
