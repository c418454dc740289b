-- One row per stage that an expansion opportunity entered, in order, with the days on
-- which it stood there at the day's end, [valid_from, valid_to). One that was left on
-- the day on which it was entered stood there at no day's end.
-- Without a stage history the CRM's present stage stands for all of it; an end, of one
-- that is not closed yet, lies in the future and is not known.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
    where opportunity_type = 'expansion'
),

entries as (
    select * from {{ ref('stg_crm__opportunity_stages') }}
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
),

rates as (
    select * from {{ ref('int_opportunity_rates') }}
),

known_entries as (
    select
        opportunities.opportunity_id,
        lower(entries.stage) as stage,
        entries.entered_at,
        greatest(entries.entered_on, opportunities.created_on) as entered_on,
        coalesce(entries.amount, opportunities.amount) as amount
    from opportunities
    inner join entries
        on opportunities.opportunity_id = entries.opportunity_id
    union all
    select
        opportunities.opportunity_id,
        case
            when
                coalesce(stage_policies.is_closed, false)
                and opportunities.closed_on is null
                then 'unknown'
            else lower(opportunities.stage)
        end as stage,
        coalesce(opportunities.closed_at, opportunities.created_at) as entered_at,
        coalesce(opportunities.closed_on, opportunities.created_on) as entered_on,
        opportunities.amount
    from opportunities
    left join stage_policies
        on lower(opportunities.stage) = stage_policies.stage
    where
        not exists (
            select 1
            from entries
            where entries.opportunity_id = opportunities.opportunity_id
        )
),

in_order as (
    select
        known_entries.*,
        row_number() over stage_order as stage_number,
        lead(known_entries.entered_on) over stage_order as left_on
    from known_entries
    window stage_order as (
        partition by known_entries.opportunity_id
        order by known_entries.entered_at, known_entries.entered_on, known_entries.stage
    )
),

final as (
    select
        in_order.opportunity_id,
        in_order.stage_number,
        in_order.stage,
        coalesce(stage_policies.is_closed, false) as is_closed,
        coalesce(stage_policies.is_won, false) as is_won,
        in_order.entered_on,
        -- An opportunity stands in its first stage from the day on which it was made.
        case
            when in_order.stage_number = 1 then opportunities.created_on else
                in_order.entered_on
        end
            as valid_from,
        in_order.left_on as valid_to,
        case
            when
                coalesce(
                    opportunities.currency, '{{ currency_var("reporting_currency") }}'
                )
                = '{{ currency_var("reporting_currency") }}'
                then cast(round(in_order.amount, 2) as decimal(18, 2))
            else {{ convert('in_order.amount', 'rates.rate') }}
        end as amount
    from in_order
    inner join opportunities
        on in_order.opportunity_id = opportunities.opportunity_id
    left join rates
        on opportunities.currency = rates.currency
    left join stage_policies
        on in_order.stage = stage_policies.stage
)

select * from final
