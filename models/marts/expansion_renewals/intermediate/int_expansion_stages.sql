-- One row per stage that an expansion opportunity entered, in order, with the days on
-- which it stood there at the day's end, [valid_from, valid_to). One that was left on
-- the day on which it was entered stood there at no day's end.
-- Without a stage history the CRM's present stage stands for all of it; an end stands
-- from the day of closing on, and what was before it is not known.
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

-- Of those without a history.
untold as (
    select
        opportunities.opportunity_id,
        lower(opportunities.stage) as stage,
        coalesce(stage_policies.is_closed, false) as is_end,
        opportunities.created_at,
        opportunities.created_on,
        opportunities.closed_at,
        opportunities.closed_on,
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
        untold.opportunity_id,
        untold.stage,
        untold.created_at as entered_at,
        untold.created_on as entered_on,
        untold.amount
    from untold
    where not untold.is_end
    union all
    select
        untold.opportunity_id,
        'unknown' as stage,
        untold.created_at as entered_at,
        untold.created_on as entered_on,
        untold.amount
    from untold
    where untold.is_end
    union all
    select
        untold.opportunity_id,
        untold.stage,
        greatest(untold.closed_at, untold.created_at) as entered_at,
        greatest(untold.closed_on, untold.created_on) as entered_on,
        untold.amount
    from untold
    where untold.is_end and untold.closed_on is not null
),

with_policy as (
    select
        known_entries.*,
        coalesce(stage_policies.is_closed, false) as is_closed,
        coalesce(stage_policies.is_won, false) as is_won
    from known_entries
    left join stage_policies
        on known_entries.stage = stage_policies.stage
),

-- Of stages that a CRM gives one time, an end is the last.
in_order as (
    select
        with_policy.*,
        row_number() over stage_order as stage_number,
        lead(with_policy.entered_on) over stage_order as left_on
    from with_policy
    window stage_order as (
        partition by with_policy.opportunity_id
        order by
            with_policy.entered_at,
            case when with_policy.is_closed then 1 else 0 end,
            with_policy.entered_on,
            with_policy.stage
    )
),

final as (
    select
        in_order.opportunity_id,
        in_order.stage_number,
        in_order.stage,
        in_order.is_closed,
        in_order.is_won,
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
)

select * from final
