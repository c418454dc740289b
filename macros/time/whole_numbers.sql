{#- A relation `number` of the whole numbers from 0 to below 10^digits: the series that
    every engine can make. -#}
{% macro whole_numbers(digits) -%}
    select
        {%- for place in range(digits) %}
        digit_{{ place }}.digit * {{ 10 ** place }}{{ ' +' if not loop.last }}
        {%- endfor %} as number
    from (select 0 as nothing) as start_row
    {%- for place in range(digits) %}
    cross join (
        {%- for digit in range(10) %}
        select {{ digit }} as digit{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as digit_{{ place }}
    {%- endfor %}
{%- endmacro %}
