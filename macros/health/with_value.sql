{#- The words of a policy seed with {value} filled in: a percentage of 1 or a whole
    number, rounded half up, without its sign, since the words say "down". -#}
{% macro with_value(words, raw_value, shown_as) -%}
    replace({{ words }}, '{value}', coalesce(case {{ shown_as }}
        when 'percent' then cast(cast(round(abs({{ raw_value }}) * 100, 0) as bigint) as {{ dbt.type_string() }})
        when 'whole' then cast(cast(round(abs({{ raw_value }}), 0) as bigint) as {{ dbt.type_string() }})
    end, ''))
{%- endmacro %}
