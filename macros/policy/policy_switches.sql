{#- The vars that decide what a number means; where the raw rows lie is none of them. -#}
{% macro policy_switches() -%}
    {{ return([
        'raw_way',
        'as_of_date',
        'business_timezone',
        'reporting_currency',
        'currency_policy',
        'fx_reference_date',
        'account_grain',
        'renewal_grace_days',
        'reactivation_window_days',
        'default_notice_days',
        'announced_values',
        'full_time_weekly_hours',
        'customer_facing_share_from',
        'customer_facing_share_to',
        'logged_share_needed',
        'csm_loaded_cost',
        'subscription_gross_margin',
        'customer_lifetime_cap_years',
    ]) }}
{%- endmacro %}
