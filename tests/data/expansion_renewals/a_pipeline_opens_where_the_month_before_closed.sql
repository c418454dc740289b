-- Counts and amounts; a source's first month opens empty.
with months as (
    select
        pipeline.month,
        pipeline.source,
        pipeline.opening_deals,
        pipeline.opening_arr,
        coalesce(lag(pipeline.open_deals) over source_history, 0) as deals_before,
        coalesce(lag(pipeline.open_arr) over source_history, 0) as arr_before
    from {{ ref('expansion_pipeline') }} as pipeline
    window source_history as (
        partition by pipeline.source
        order by pipeline.month
    )
)

select *
from months
where
    months.opening_deals <> months.deals_before
    or months.opening_arr <> months.arr_before
