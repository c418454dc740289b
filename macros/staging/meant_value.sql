{#- A column of the row that join_what_id_means found; NULL where it found none. -#}
{% macro meant_value(known, id, column) -%}
    case
        when {{ known }}.{{ id }} is not null then {{ known }}.{{ column }}
        else {{ known }}_in_any_case.{{ column }}
    end
{%- endmacro %}
