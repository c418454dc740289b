{#- Contracts are compared on Spark as anywhere; its Parquet tables can carry no
    constraint, and the data tests say the same. -#}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}
