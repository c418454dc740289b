{#- The movement types of the monthly ledger and the column that holds each; with
    fx_arr they add up to closing - opening. -#}
{% macro arr_movements() -%}
    {{ return({
        'new': 'new_arr',
        'reactivation': 'reactivation_arr',
        'expansion': 'expansion_arr',
        'contraction': 'contraction_arr',
        'churn': 'churned_arr',
        'paused': 'paused_arr',
        'resumed': 'resumed_arr',
    }) }}
{%- endmacro %}
