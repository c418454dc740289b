{#- Fails with each group of `columns`, the whole table without any, that lacks a row for
    one of the values. -#}
{% test complete(model, column_name, values, columns=[]) -%}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        count(distinct {{ column_name }}) as found
    from {{ model }}
    where {{ column_name }} in ('{{ values | join("', '") }}')
    {%- if columns %}
    group by {{ columns | join(', ') }}
    {%- endif %}
    having count(distinct {{ column_name }}) < {{ values | length }}
{%- endtest %}
