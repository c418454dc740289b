{#- Joins to the rows of `accounts` what decides their touch tier on `day`: the CTEs
    profiles, touch_tiers and overrides, at most one row of each. assigned_touch_tier reads
    the result. -#}
{% macro join_touch_tier(accounts, day, arr, is_self_service_only) -%}
left join profiles
    on {{ accounts }}.account_id = profiles.account_id
left join touch_tiers
    on {{ in_touch_tier(arr, is_self_service_only) | indent(4) }}
left join overrides
    on
        {{ accounts }}.account_id = overrides.account_id
        and {{ day }} >= overrides.valid_from
        and {{ day }} < overrides.expires_on
{%- endmacro %}
