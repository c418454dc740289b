{#- CTEs that follow links (id -> next_id, an id without a further link pointing to
    itself) from `<links>` to their end, named `<links>_followed`: id, end_id. They go
    2 to the power of `rounds` links deep, on engines without recursion too. An id that
    is still not at an end sits on or before a cycle: end_id is NULL there. -#}
{% macro follow_links(links, rounds=5) -%}
    {{ return(adapter.dispatch('follow_links', 'bowtie')(links, rounds)) }}
{%- endmacro %}

{#- Each round doubles the distance. -#}
{% macro default__follow_links(links, rounds) -%}
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

{#- Spark repeats a CTE wherever it is read, so that five rounds would read the links
    32 times and more, and thousands of times where one walk follows another. -#}
{% macro spark__follow_links(links, rounds) -%}
{{ links }}_steps as (
    select map_from_entries(collect_list(struct(id, next_id))) as next_ids
    from {{ links }}
    where id <> next_id
),

{{ links }}_walked as (
    select
        walkers.id,
        steps.next_ids,
        aggregate(
            sequence(1, {{ 2 ** rounds }}),
            walkers.id,
            (reached, step) -> coalesce(try_element_at(steps.next_ids, reached), reached)
        ) as reached_id
    from {{ links }} as walkers
    cross join {{ links }}_steps as steps
),

{{ links }}_followed as (
    select
        id,
        case when try_element_at(next_ids, reached_id) is null then reached_id end as end_id
    from {{ links }}_walked
)
{%- endmacro %}
