-- One row per CSM (or `unassigned`), month and category of work in which there was
-- work, planned or done. No hours are no work: of what `unassigned` needs, all that
-- somebody owns is taken off, which often leaves nothing.
with expected as (
    select * from {{ ref('int_expected_hours') }}
),

actual as (
    select * from {{ ref('int_actual_hours') }}
),

months as (
    select * from {{ ref('int_capacity_months') }}
),

parts as (
    select
        expected.csm_id,
        expected.month,
        expected.category,
        expected.expected_hours,
        0 as actual_hours,
        0 as customer_facing_hours
    from expected
    union all
    select
        actual.csm_id,
        actual.month,
        actual.category,
        0 as expected_hours,
        actual.actual_hours,
        actual.customer_facing_hours
    from actual
),

final as (
    select
        parts.csm_id,
        parts.month,
        parts.category,
        cast(sum(parts.expected_hours) as decimal(18, 4)) as expected_hours,
        cast(sum(parts.actual_hours) as decimal(18, 4)) as actual_hours,
        cast(sum(parts.customer_facing_hours) as decimal(18, 4))
            as customer_facing_hours
    from parts
    inner join months
        on parts.month = months.month
    group by parts.csm_id, parts.month, parts.category
    having sum(parts.expected_hours) <> 0 or sum(parts.actual_hours) <> 0
)

select * from final
