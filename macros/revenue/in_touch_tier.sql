{#- Whether an ARR falls into the touch tier of a row of the seed `touch_tiers`: lower
    edge included, upper not. A customer whose only plans are self-service has edges of
    its own. -#}
{% macro in_touch_tier(arr, is_self_service_only) -%}
    case
        when {{ is_self_service_only }}
            then
                {{ arr }} >= touch_tiers.self_service_arr_from
                and (
                    touch_tiers.self_service_arr_below is null
                    or {{ arr }} < touch_tiers.self_service_arr_below
                )
        else
            {{ arr }} >= touch_tiers.arr_from
            and (touch_tiers.arr_below is null or {{ arr }} < touch_tiers.arr_below)
    end
{%- endmacro %}
