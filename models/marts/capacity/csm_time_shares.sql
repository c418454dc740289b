-- One row per CSM (or `unassigned`), month and category of work: the hours planned for
-- the book and the hours that activities took, each with its share of the CSM's month.
with hours as (
    select * from {{ ref('int_csm_hours') }}
),

with_totals as (
    select
        hours.*,
        sum(hours.expected_hours) over csm_month as month_expected_hours,
        sum(hours.actual_hours) over csm_month as month_actual_hours
    from hours
    window csm_month as (partition by hours.csm_id, hours.month)
),

final as (
    select
        with_totals.csm_id,
        with_totals.month,
        with_totals.category,
        with_totals.expected_hours as planned_hours,
        with_totals.actual_hours,
        with_totals.customer_facing_hours,
        {{ safe_divide(
            'with_totals.expected_hours * 100',
            'with_totals.month_expected_hours * 100'
        ) }}
            as planned_share,
        {{ safe_divide(
            'with_totals.actual_hours * 100',
            'with_totals.month_actual_hours * 100'
        ) }}
            as actual_share
    from with_totals
)

select * from final
