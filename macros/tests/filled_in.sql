{#- Fails with each row that has no value in one of these columns: one test a table,
    since a test costs a build far more than its query does. -#}
{% test filled_in(model, columns) -%}
    select {{ columns | join(', ') }}
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{%- endtest %}
