{#- Fails with each row in which the condition does not hold; one that is unknown (NULL)
    does not hold either. -#}
{% test expression_is_true(model, expression, column_name=none) -%}
    select *
    from {{ model }}
    where not coalesce({{ expression }}, false)
{%- endtest %}
