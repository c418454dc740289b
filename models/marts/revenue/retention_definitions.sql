-- One row per published definition of retention: the last twelve whole months of the
-- same company under each. Sources were read in November 2026 and may have changed.
-- Formulas count over the opening; signs of losses are negative, as in arr_monthly.
{% set base = 'retention.base_arr' -%}
{% set opening = 'amounts.opening_arr' -%}
{% set lost = 'amounts.churned_arr + amounts.contraction_arr' -%}
{% set logos = 'amounts.opening_accounts + amounts.new_accounts' -%}
{% set parent = 'amounts.parent' -%}
{% set subscription = 'amounts.subscription' -%}
{% set definitions = [
    ('nrr', 'Closed cohort of accounts, point to point',
        'Bowtie default; Confluent 10-K (customers of 12 months prior)',
        base, 'retention.current_arr'),
    ('nrr', 'Closed cohort of ultimate parents',
        'GitLab 10-Q for October 2023 (account hierarchy)',
        parent ~ '_opening_arr', parent ~ '_closing_arr'),
    ('nrr', 'Closed cohort of subscriptions',
        'Chargebee docs, Recurring Revenue: Net Revenue Retention',
        subscription ~ '_opening_arr', subscription ~ '_closing_arr'),
    ('nrr', '1 - net churn: all movements over the opening, returns offset churn',
        'ChartMogul help centre, Net MRR Churn Rate (standard formula)',
        opening,
        opening ~ ' + ' ~ lost ~ ' + amounts.expansion_arr + amounts.returned_arr'),
    ('nrr', '1 - (churn - expansion): returns count nowhere',
        'Baremetrics changelog, New metric: Net Revenue Retention',
        opening, opening ~ ' + ' ~ lost ~ ' + amounts.expansion_arr'),
    ('nrr', 'All movements, a return after 90 days is a new customer',
        'Maxio, as compared in Paddle help, ProfitWell vs Maxio',
        opening,
        opening ~ ' + ' ~ lost ~ ' + amounts.expansion_arr + amounts.early_returned_arr'),
    ('grr', 'Closed cohort of accounts, lower of then and now', 'Bowtie default',
        base, 'retention.gross_retained_arr'),
    ('grr', 'Closed cohort of subscriptions, lower of then and now',
        'Chargebee docs, Recurring Revenue: Gross Revenue Retention',
        subscription ~ '_opening_arr', subscription ~ '_kept_arr'),
    ('grr', '1 - gross churn: all churn and contraction over the opening',
        'ChartMogul help centre, Gross MRR Churn Rate (standard formula)',
        opening, opening ~ ' + ' ~ lost),
    ('logo_retention', 'Closed cohort of accounts', 'Bowtie default',
        'retention.base_accounts', 'retention.retained_accounts'),
    ('logo_retention',
        '1 - churned over those at the start and those who joined',
        'Stripe docs, Billing metric definitions: subscriber churn, there over 30 days',
        logos, logos ~ ' - amounts.churned_accounts'),
] -%}
with retention as (
    select * from {{ ref('retention') }}
    where
        as_of_month = {{ closed_month() }}
        and window_months = 12
        and slice_name = 'all'
),

amounts as (
    select * from {{ ref('int_definition_amounts') }}
),

answers as (
    {%- for metric, definition, source, base_amount, kept_amount in definitions %}
    select
        {{ loop.index }} as position,
        '{{ metric }}' as metric,
        '{{ definition }}' as definition,
        '{{ source }}' as source,
        {{ base_amount }} as base_amount,
        {{ kept_amount }} as kept_amount
    from retention
    cross join amounts
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        cast(answers.position as bigint) as position,
        answers.metric,
        answers.definition,
        answers.source,
        cast(answers.base_amount as decimal(18, 2)) as base_amount,
        cast(answers.kept_amount as decimal(18, 2)) as kept_amount,
        {{ safe_divide('(answers.kept_amount)', 'answers.base_amount') }} as rate
    from answers
)

select * from final
