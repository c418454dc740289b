{#- What a change in ARR is called. The first true branch wins, so "was there anything
    before?" is asked ahead of "did it go up?". `paused_before` and `paused_after`: a
    pause took the last of its ARR and is still on then. `away_days`: days since the
    account last had ARR; only read where a window is set after which a return is new. -#}
{% macro arr_movement(
    opening_arr, closing_arr, had_arr_before, paused_before, paused_after, away_days
) -%}
    {%- set window = whole_number_var('reactivation_window_days', may_be_null=true) -%}
    case
        when {{ opening_arr }} = 0 and {{ closing_arr }} > 0
            then case
                when not {{ had_arr_before }} then 'new'
                when {{ paused_before }} then 'resumed'
                {%- if window is not none %}
                when {{ away_days }} > {{ window }} then 'new'
                {%- endif %}
                else 'reactivation'
            end
        when {{ opening_arr }} > 0 and {{ closing_arr }} = 0
            then case when {{ paused_after }} then 'paused' else 'churn' end
        when {{ closing_arr }} > {{ opening_arr }} then 'expansion'
        when {{ closing_arr }} < {{ opening_arr }} then 'contraction'
        else 'none'
    end
{%- endmacro %}
