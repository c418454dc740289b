{#- The CTE `<known>_in_any_case`: the rows of `known` by their `id` in lower case, where
    no two ids differ in case alone. -#}
{% macro ids_in_any_case(known, id) -%}
{{ known }}_in_any_case as (
    select
        {{ known }}.*,
        folded_ids.folded_id
    from (
        select
            lower({{ known }}.{{ id }}) as folded_id,
            min({{ known }}.{{ id }}) as only_id
        from {{ known }}
        group by lower({{ known }}.{{ id }})
        having count(*) = 1
    ) as folded_ids
    inner join {{ known }}
        on folded_ids.only_id = {{ known }}.{{ id }}
)
{%- endmacro %}
