-- One row per sale of new business: whether it is over and was won, when it should
-- close, and its ARR at the reference date's rate, as the ledger values contracts.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'new_business'
),

entries as (
    select * from {{ ref('stg_crm__opportunity_stages') }}
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
),

rates as (
    select * from {{ ref('stg_billing__exchange_rates') }}
),

reference_rates as (
    {{ opportunity_rates('opportunities', 'rates') | indent(4) }}
),

sale_ends as (
    {{ sale_ends('opportunities', 'entries', 'stage_policies') | indent(4) }}
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.expected_close_date,
        sale_ends.is_over,
        sale_ends.is_won,
        case
            when reference_rates.currency is null
                then cast(round(opportunities.amount, 2) as decimal(18, 2))
            else {{ convert('opportunities.amount', 'reference_rates.rate') }}
        end as arr
    from opportunities
    inner join sale_ends
        on opportunities.opportunity_id = sale_ends.opportunity_id
    left join reference_rates
        on opportunities.currency = reference_rates.currency
)

select * from final
