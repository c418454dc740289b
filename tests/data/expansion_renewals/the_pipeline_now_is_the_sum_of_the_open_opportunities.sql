-- The last month's open pipeline, and all that was ever won, by source.
with opportunities as (
    select
        opportunities.source,
        sum(case when opportunities.is_open then opportunities.amount else 0 end)
            as open_arr,
        sum(coalesce(opportunities.weighted_amount, 0)) as weighted_arr,
        sum(case when opportunities.is_won then opportunities.amount else 0 end)
            as won_arr,
        count(*) as created_deals
    from {{ ref('expansion_opportunities') }} as opportunities
    group by opportunities.source
),

pipeline as (
    select
        pipeline.source,
        sum(
            case
                when pipeline.month = {{ month_of(as_of()) }} then pipeline.open_arr
                else 0
            end
        ) as open_arr,
        sum(
            case
                when pipeline.month = {{ month_of(as_of()) }} then pipeline.weighted_arr
                else 0
            end
        ) as weighted_arr,
        sum(pipeline.won_arr) as won_arr,
        sum(pipeline.created_deals) as created_deals
    from {{ ref('expansion_pipeline') }} as pipeline
    group by pipeline.source
)

select
    opportunities.source as opportunity_source,
    pipeline.source as pipeline_source
from opportunities
full join pipeline
    on opportunities.source = pipeline.source
where
    opportunities.source is null
    or pipeline.source is null
    or opportunities.open_arr <> pipeline.open_arr
    or opportunities.weighted_arr <> pipeline.weighted_arr
    or opportunities.won_arr <> pipeline.won_arr
    or opportunities.created_deals <> pipeline.created_deals
