{#- Twelve characters that change whenever a policy seed or a var that the score reads
    does: two scores with the same version were decided alike. The reference day of the
    exchange rates moves tiers (DECISIONS H1) and counts where somebody set it; that the
    default moves on with the year is nobody's policy. -#}
{% macro health_policy_version() -%}
    {%- set parts = [] -%}
    {%- for seed in policy_seeds() -%}
        {%- if seed.name.startswith('health_') or seed.name.startswith('touch_tier')
            or seed.name in ('product_features', 'activation_thresholds') -%}
            {%- do parts.append(seed.name ~ '=' ~ seed.version) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in [
        'health_band_dwell_weeks', 'health_minimum_coverage',
        'renewal_grace_days', 'account_grain', 'business_timezone', 'reporting_currency',
        'fx_reference_date'
    ] -%}
        {%- do parts.append(name ~ '=' ~ var(name)) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join(';'))[:12]) }}
{%- endmacro %}
