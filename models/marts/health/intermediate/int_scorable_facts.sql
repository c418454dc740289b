-- One row per customer and week to score in this build: all facts, or those of which no
-- score is kept. A view: scores and their drivers read it several times over.
{{ config(materialized='view') }}

with facts as (
    select * from {{ ref('int_health_facts') }}
),

final as (
    select * from facts
    where {{ has_stale_score('facts') }}
)

-- All columns, so that a driver is a column of the facts alone.
select * from final -- noqa: AM04
