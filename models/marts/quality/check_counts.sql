-- One row per kind of check, severity and outcome: how many checks ended so. A view:
-- quality_results is filled after the build, and this is read when it is published.
{{ config(materialized='view') }}

with results as (
    select * from {{ ref('quality_results') }}
),

final as (
    select
        results.source,
        results.severity,
        results.outcome,
        cast(count(*) as bigint) as checks
    from results
    group by results.source, results.severity, results.outcome
)

select * from final
