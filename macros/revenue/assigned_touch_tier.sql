{#- The touch tier of an account on a day: the one that somebody gave it by hand, else its
    ARR's; a billing customer that no account is known for has none. Reads what
    join_touch_tier joins. -#}
{% macro assigned_touch_tier() -%}
    case
        when profiles.is_unmatched then 'unassigned'
        else coalesce(overrides.touch_tier, touch_tiers.touch_tier)
    end
{%- endmacro %}
