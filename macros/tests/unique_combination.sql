{#- Fails with each combination of values that more than one row has. Two rows that both
    lack a value are the same in it. -#}
{% test unique_combination(model, columns) -%}
    select
        {{ columns | join(', ') }},
        count(*) as number_of_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{%- endtest %}
