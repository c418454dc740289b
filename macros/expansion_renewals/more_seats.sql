{#- Seats that an account would have to add for its users to fill no more than
    signal_seats_used_after percent of all; below 0 where it has more than enough. -#}
{% macro more_seats(users, seats) -%}
    ceil({{ safe_divide(
        '(' ~ users ~ ' * 100)', whole_number_var('signal_seats_used_after')
    ) }}) - {{ seats }}
{%- endmacro %}
