{#- Where a number of accounts lies against the recommended band, both edges included;
    NULL where there is no band. -#}
{% macro capacity_band(accounts, recommended_min, recommended_max) -%}
    case
        when {{ accounts }} < {{ recommended_min }} then 'under'
        when {{ accounts }} > {{ recommended_max }} then 'over'
        when {{ recommended_min }} is not null then 'in'
    end
{%- endmacro %}
