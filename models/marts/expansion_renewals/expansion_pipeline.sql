-- One row per month and source of expansion opportunities: what was open when the month
-- opened, was made, won and lost in it, and is open at its close, as known that day.
-- Opening + created + revalued - won - lost = open; amounts are ARR. Amounts and counts
-- add up over sources; rates do not.
with deal_months as (
    select * from {{ ref('int_expansion_deal_months') }}
),

months as (
    select * from {{ ref('int_pipeline_months') }}
),

sources as (
    select
        deal_months.source,
        min(deal_months.month) as first_month
    from deal_months
    group by deal_months.source
),

source_months as (
    select
        sources.source,
        months.month,
        months.is_partial
    from sources
    inner join months
        on sources.first_month <= months.month
),

summed as (
    select
        deal_months.month,
        deal_months.source,
        sum(case when deal_months.is_created then 0 else 1 end) as opening_deals,
        sum(case when deal_months.is_created then 1 else 0 end) as created_deals,
        sum(case when deal_months.is_won then 1 else 0 end) as won_deals,
        sum(
            case when deal_months.is_closed and not deal_months.is_won then 1 else 0 end
        )
            as lost_deals,
        sum(case when deal_months.is_closed then 0 else 1 end) as open_deals,
        sum(deal_months.opening_arr) as opening_arr,
        sum(deal_months.created_arr) as created_arr,
        sum(deal_months.revalued_arr) as revalued_arr,
        sum(case when deal_months.is_won then deal_months.amount else 0 end) as won_arr,
        sum(
            case
                when
                    deal_months.is_closed and not deal_months.is_won
                    then deal_months.amount
                else 0
            end
        ) as lost_arr,
        sum(case when deal_months.is_closed then 0 else deal_months.amount end)
            as open_arr,
        sum(coalesce(deal_months.weighted_amount, 0)) as weighted_arr,
        sum(
            case
                when deal_months.is_closed
                    then {{ days_between(
                        'deal_months.created_on', 'deal_months.closed_on'
                    ) }}
                else 0
            end
        ) as cycle_days_sum
    from deal_months
    group by deal_months.month, deal_months.source
),

{%- set counts = [
    'opening_deals', 'created_deals', 'won_deals', 'lost_deals', 'open_deals'
] %}
{%- set amounts = [
    'opening_arr', 'created_arr', 'revalued_arr', 'won_arr', 'lost_arr', 'open_arr',
    'weighted_arr'
] %}
{%- set closed_deals = '(with_year.won_deals + with_year.lost_deals)' %}

every_month as (
    select
        source_months.month,
        source_months.source,
        source_months.is_partial,
        {%- for column in counts %}
        cast(coalesce(summed.{{ column }}, 0) as bigint) as {{ column }},
        {%- endfor %}
        {%- for column in amounts %}
        cast(coalesce(summed.{{ column }}, 0) as decimal(18, 2)) as {{ column }},
        {%- endfor %}
        coalesce(summed.cycle_days_sum, 0) as cycle_days_sum
    from source_months
    left join summed
        on
            source_months.month = summed.month
            and source_months.source = summed.source
),

with_year as (
    select
        every_month.*,
        cast(sum(every_month.won_arr) over source_year as decimal(18, 2))
            as won_arr_12_months,
        sum(every_month.won_deals) over source_year as won_deals_12_months,
        sum(every_month.won_deals + every_month.lost_deals) over source_year
            as closed_deals_12_months
    from every_month
    window source_year as (
        partition by every_month.source
        order by every_month.month
        rows between 11 preceding and current row
    )
),

final as (
    select
        with_year.month,
        with_year.source,
        {%- for column in counts + amounts %}
        with_year.{{ column }},
        {%- endfor %}
        with_year.won_arr_12_months,
        {{ safe_divide('with_year.open_arr * 4', 'with_year.won_arr_12_months') }}
            as coverage,
        {{ safe_divide('with_year.won_deals', closed_deals) }}
            as win_rate,
        {{ safe_divide(
            'with_year.won_deals_12_months', 'with_year.closed_deals_12_months'
        ) }}
            as win_rate_12_months,
        {{ safe_divide('with_year.cycle_days_sum', closed_deals) }}
            as cycle_days,
        with_year.is_partial
    from with_year
)

select * from final
