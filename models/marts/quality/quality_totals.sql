-- One row: how the checks of this run ended, and how many raw rows were set aside. A
-- view: quality_results is filled after the build, and this is read when it is published.
{{ config(materialized='view') }}

with results as (
    select * from {{ ref('quality_results') }}
),

row_counts as (
    select * from {{ ref('raw_row_counts') }}
),

ended as (
    select
        count(*) as checks,
        count(case when results.outcome = 'passed' then 1 end) as passed,
        count(case when results.outcome = 'warned' then 1 end) as warned,
        count(case when results.outcome in ('blocked', 'could_not_run') then 1 end)
            as stopping,
        count(case when results.outcome = 'not_applicable' then 1 end)
            as not_applicable
    from results
),

arrived as (
    select
        sum(row_counts.rows_in) as rows_in,
        sum(row_counts.quarantined) as refused_rows
    from row_counts
),

final as (
    select
        cast(ended.checks as bigint) as checks,
        cast(ended.passed as bigint) as passed,
        cast(ended.warned as bigint) as warned,
        cast(ended.stopping as bigint) as stopping,
        cast(ended.not_applicable as bigint) as not_applicable,
        cast(coalesce(arrived.rows_in, 0) as bigint) as rows_in,
        cast(coalesce(arrived.refused_rows, 0) as bigint) as refused_rows
    from ended
    cross join arrived
)

select * from final
