-- One row per expansion opportunity: whose it is, when it was made, when and how it
-- ended, and what it was first and is last worth, in the reporting currency.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'expansion'
),

stages as (
    select * from {{ ref('int_expansion_stages') }}
),

entries as (
    select * from {{ ref('stg_crm__opportunity_stages') }}
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
),

account_identities as (
    select distinct
        account_id,
        ultimate_parent_account_id
    from {{ ref('stg_crm__account_identities') }}
),

stage_ends as (
    select
        stages.opportunity_id,
        min(stages.stage_number) as first_stage_number,
        max(stages.stage_number) as last_stage_number
    from stages
    group by stages.opportunity_id
),

sale_ends as (
    {{ sale_ends('opportunities', 'entries', 'stage_policies') | indent(4) }}
),

final as (
    select
        opportunities.opportunity_id,
        {{ ledger_account('opportunities') }} as account_id, -- noqa: AL09
        opportunities.expansion_type,
        opportunities.product_id,
        opportunities.subscription_id,
        coalesce(opportunities.source, 'unassigned') as source,
        opportunities.created_on,
        opportunities.expected_close_date,
        last_stages.stage,
        last_stages.entered_on as stage_entered_on,
        sale_ends.closed_on,
        case when sale_ends.closed_on is not null then sale_ends.is_won end as is_won,
        first_stages.amount as first_amount,
        last_stages.amount
    from opportunities
    inner join sale_ends
        on opportunities.opportunity_id = sale_ends.opportunity_id
    inner join stage_ends
        on opportunities.opportunity_id = stage_ends.opportunity_id
    inner join stages as first_stages
        on
            stage_ends.opportunity_id = first_stages.opportunity_id
            and stage_ends.first_stage_number = first_stages.stage_number
    inner join stages as last_stages
        on
            stage_ends.opportunity_id = last_stages.opportunity_id
            and stage_ends.last_stage_number = last_stages.stage_number
    left join account_identities -- noqa: ST11
        on opportunities.account_id = account_identities.account_id
)

select * from final
