{#- Joins the row of `known` that an id which was sent means: the one with the same
    letters, else the only one with the same letters in any case. `known` has one row
    per `id`, and its ids_in_any_case stand beside it; meant_value reads the result. Two
    joins of equal values, since engines compare each row with every other for an `or`. -#}
{% macro join_what_id_means(sent, known, id) -%}
left join {{ known }}
    on {{ sent }} = {{ known }}.{{ id }}
left join {{ known }}_in_any_case
    on
        case when {{ known }}.{{ id }} is null then lower({{ sent }}) end
        = {{ known }}_in_any_case.folded_id
{%- endmacro %}
