{#- How many CSMs a tier needs. A team's band says nothing about how many are in it: there
    the hours decide, but not for fewer than there are teams. -#}
{% macro csms_needed(is_team_band, units_needed, csms_needed_by_hours) -%}
    case
        when {{ is_team_band }} and {{ csms_needed_by_hours }} > {{ units_needed }}
            then {{ csms_needed_by_hours }}
        else {{ units_needed }}
    end
{%- endmacro %}
