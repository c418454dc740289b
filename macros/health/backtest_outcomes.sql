{#- What may become of a customer inside a window, each with the flag that says whether it
    could (int_backtest_cases). -#}
{% macro backtest_outcomes() -%}
    {{ return({
        'logo_churn': 'could_churn',
        'arr_loss_10': 'could_shrink',
        'expansion_10': 'could_grow',
    }) }}
{%- endmacro %}
