{#- Whether a part of an account's movement is booked under a movement type. The account's
    own type counts; where the account as a whole did not move, its parts are expansion
    (and contraction) that cancel out. -#}
{% macro books_under(movement_type, booked_type) -%}
    {%- if booked_type == 'expansion' -%}
        {{ movement_type }} in ('expansion', 'none')
    {%- else -%}
        {{ movement_type }} = '{{ booked_type }}'
    {%- endif -%}
{%- endmacro %}
