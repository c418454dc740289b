-- One row per month and stage that an opportunity can be open in: the share won, of the
-- expansion opportunities that had been in the stage and had closed by the month's
-- close. Under win_rate_min_cases of them, or without any, the policy seed's share
-- counts (rate_basis).
with months as (
    select * from {{ ref('int_pipeline_months') }}
),

stages as (
    select * from {{ ref('int_expansion_stages') }}
    where not is_closed
),

deals as (
    select * from {{ ref('int_expansion_deals') }}
    where closed_on is not null
),

stage_policies as (
    select * from {{ ref('stage_win_rates') }}
),

other_stages as (
    select * from {{ ref('stage_win_rates') }}
    where stage = 'other'
),

-- An opportunity that came back to a stage is one case of it.
cases as (
    select distinct
        stages.stage,
        deals.opportunity_id,
        {{ month_of('deals.closed_on') }} as month,
        case when deals.is_won then 1 else 0 end as won
    from stages
    inner join deals
        on stages.opportunity_id = deals.opportunity_id
),

cases_by_month as (
    select
        cases.stage,
        cases.month,
        count(*) as closed_cases,
        sum(cases.won) as won_cases
    from cases
    group by cases.stage, cases.month
),

known_stages as (
    select distinct stages.stage
    from stages
),

so_far as (
    select
        known_stages.stage,
        months.month,
        cast(sum(coalesce(cases_by_month.closed_cases, 0)) over stage_history as bigint)
            as closed_cases,
        cast(sum(coalesce(cases_by_month.won_cases, 0)) over stage_history as bigint)
            as won_cases
    from known_stages
    cross join months
    left join cases_by_month
        on
            known_stages.stage = cases_by_month.stage
            and months.month = cases_by_month.month
    window stage_history as (
        partition by known_stages.stage
        order by months.month
        rows between unbounded preceding and current row
    )
),

final as (
    select
        so_far.month,
        so_far.stage,
        case
            when
                so_far.closed_cases
                >= {{ whole_number_var('win_rate_min_cases', at_least=1) }}
                then {{ safe_divide('so_far.won_cases', 'so_far.closed_cases') }}
            else coalesce(stage_policies.win_rate, other_stages.win_rate)
        end as win_rate,
        case
            when
                so_far.closed_cases
                >= {{ whole_number_var('win_rate_min_cases', at_least=1) }}
                then 'history'
            else 'policy'
        end as rate_basis
    from so_far
    left join stage_policies
        on so_far.stage = stage_policies.stage
    cross join other_stages
)

select * from final
