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
        'health_band_dwell_weeks',
        'health_minimum_coverage',
        'health_history_weeks',
        'health_driver_weeks',
        'health_reason_points',
        'renewal_term_months_min',
        'renewal_rate_min_cases',
        'win_rate_min_cases',
        'signal_seats_used_after',
        'peer_ownership_min_percent',
        'peers_min',
        'announced_values',
    ]) }}
{%- endmacro %}
