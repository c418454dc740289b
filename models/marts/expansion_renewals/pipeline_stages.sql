-- One row per stage in which an expansion opportunity is open as of the date: how many
-- stand there, for how much, who found them, and for how long they have not moved.
{% set sources = ['csm', 'sales', 'marketing', 'product', 'unassigned'] -%}
with opportunities as (
    select * from {{ ref('expansion_opportunities') }}
    where is_open
),

summed as (
    select
        opportunities.stage,
        count(*) as deals,
        sum(opportunities.amount) as open_arr,
        sum(opportunities.weighted_amount) as weighted_arr,
        max(opportunities.win_rate) as win_rate,
        {%- for source in sources %}
        sum(
            case
                when opportunities.source = '{{ source }}' then opportunities.amount
                else 0
            end
        ) as {{ source }}_arr,
        {%- endfor %}
        max(opportunities.stage_age_days) as longest_stage_age_days
    from opportunities
    group by opportunities.stage
),

final as (
    select
        summed.stage,
        cast(summed.deals as bigint) as deals,
        cast(summed.open_arr as decimal(18, 2)) as open_arr,
        cast(summed.weighted_arr as decimal(18, 2)) as weighted_arr,
        cast(summed.win_rate as decimal(12, 6)) as win_rate,
        {%- for source in sources %}
        cast(summed.{{ source }}_arr as decimal(18, 2)) as {{ source }}_arr,
        {%- endfor %}
        cast(summed.longest_stage_age_days as bigint) as longest_stage_age_days
    from summed
)

select * from final
