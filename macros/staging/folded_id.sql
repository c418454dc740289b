{#- The columns that `means_id` asks for, of a relation with one row per `column`. -#}
{% macro folded_id(column) -%}
    lower({{ column }}) as folded_id,
    count(*) over (partition by lower({{ column }})) as spellings
{%- endmacro %}
