{#- How an intervention ended. The first true branch wins: an account that is gone is
    churned whatever else held; a pause is no churn, but nobody was won back either.
    What merely stopped (an expansion signal that faded, a fall in use that ended low, a
    notice date that passed with notice given), or holds on for an account that the trigger
    is no longer meant for, is expired, not recovered. -#}
{% macro intervention_outcome(
    closing_arr, is_paused, is_expanded, is_timed_out, kind, is_recovered
) -%}
    case
        when {{ closing_arr }} = 0 and not {{ is_paused }} then 'churned'
        when {{ closing_arr }} = 0 then 'expired'
        when {{ is_expanded }} then 'expanded'
        when {{ is_timed_out }} then 'expired'
        when {{ kind }} = 'expansion' then 'expired'
        when {{ is_recovered }} then 'recovered'
        else 'expired'
    end
{%- endmacro %}
