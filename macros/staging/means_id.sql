{#- Whether an id that was sent means the row of `known` with `column` as its id: by the
    same letters, or, where the company has no two ids that differ in case alone, by the
    same letters in any case. `known` has the columns of
    folded_id. -#}
{% macro means_id(sent, known, column) -%}
    lower({{ sent }}) = {{ known }}.folded_id
    and ({{ sent }} = {{ known }}.{{ column }} or {{ known }}.spellings = 1)
{%- endmacro %}
