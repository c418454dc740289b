{#- A rate that stays between two others; either of them may be NULL, which is no bound. -#}
{% macro held_between(rate, lowest, highest) -%}
    case
        when {{ rate }} < {{ lowest }} then {{ lowest }}
        when {{ rate }} > {{ highest }} then {{ highest }}
        else {{ rate }}
    end
{%- endmacro %}
