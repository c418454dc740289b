-- One row per expansion opportunity and month in which it was open on some day: what it
-- was worth when the month opened or it was made, at the month's close, and what became
-- of it. Stage and amount are those of the day, from the stage history.
with deals as (
    select * from {{ ref('int_expansion_deals') }}
),

months as (
    select * from {{ ref('int_pipeline_months') }}
),

stages as (
    select * from {{ ref('int_expansion_stages') }}
),

win_rates as (
    select * from {{ ref('int_stage_win_rates') }}
),

deal_months as (
    select
        deals.opportunity_id,
        deals.account_id,
        deals.source,
        deals.created_on,
        deals.expected_close_date,
        deals.closed_on,
        deals.is_won,
        deals.first_amount,
        deals.amount as last_amount,
        months.month,
        months.closes_on,
        deals.created_on >= months.month as is_created,
        coalesce(deals.closed_on <= months.closes_on, false) as is_closed
    from deals
    inner join months
        on
            {{ month_of('deals.created_on') }} <= months.month
            and (deals.closed_on is null or deals.closed_on >= months.month)
),

with_stage as (
    select
        deal_months.*,
        stages.stage,
        stages.entered_on,
        case
            when deal_months.is_closed then deal_months.last_amount else stages.amount
        end
            as amount
    from deal_months
    left join stages
        on
            deal_months.opportunity_id = stages.opportunity_id
            and deal_months.closes_on >= stages.valid_from
            and deal_months.closes_on < {{ open_end('stages.valid_to') }}
),

with_opening as (
    select
        with_stage.*,
        case
            when with_stage.is_created then 0
            else lag(with_stage.amount) over (
                    partition by with_stage.opportunity_id
                    order by with_stage.month
                )
        end as opening_arr,
        case when with_stage.is_created then with_stage.first_amount else 0 end
            as created_arr
    from with_stage
),

final as (
    select
        with_opening.opportunity_id,
        with_opening.account_id,
        with_opening.source,
        with_opening.month,
        with_opening.closes_on,
        with_opening.created_on,
        with_opening.expected_close_date,
        with_opening.closed_on,
        with_opening.is_created,
        with_opening.is_closed,
        with_opening.is_closed and with_opening.is_won as is_won,
        cast(with_opening.opening_arr as decimal(18, 2)) as opening_arr,
        cast(with_opening.created_arr as decimal(18, 2)) as created_arr,
        cast(with_opening.amount as decimal(18, 2)) as amount,
        cast(
            with_opening.amount
            - with_opening.opening_arr
            - with_opening.created_arr as decimal(18, 2)
        )
            as revalued_arr,
        case when not with_opening.is_closed then win_rates.win_rate end as win_rate,
        case when not with_opening.is_closed then win_rates.rate_basis end
            as rate_basis,
        case
            when not with_opening.is_closed
                then {{ share_of('with_opening.amount', 'win_rates.win_rate') }}
        end as weighted_amount
    from with_opening
    left join win_rates
        on
            with_opening.month = win_rates.month
            and with_opening.stage = win_rates.stage
)

select * from final
