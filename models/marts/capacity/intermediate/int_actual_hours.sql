-- One row per CSM (or `unassigned`), month and category of work: the hours that the
-- CRM's activities took. What was cancelled, or where nobody came, took none.
with activities as (
    select * from {{ ref('stg_crm__activities') }}
    where
        duration_minutes > 0
        and {{ was_held('status') }}
),

known_csms as (
    select * from {{ ref('int_known_csms') }}
),

minutes as (
    select
        coalesce(known_csms.csm_id, 'unassigned') as csm_id,
        {{ month_of('activities.occurred_on') }} as month,
        {{ time_category('activities.purpose') | indent(8) }} as category,
        sum(activities.duration_minutes) as all_minutes,
        sum(
            case
                when
                    activities.activity_type <> 'internal'
                    then activities.duration_minutes
                else 0
            end
        )
            as customer_facing_minutes
    from activities
    left join known_csms
        on activities.csm_id = known_csms.csm_id
    group by
        coalesce(known_csms.csm_id, 'unassigned'),
        {{ month_of('activities.occurred_on') }},
        {{ time_category('activities.purpose') | indent(8) }}
),

final as (
    select
        minutes.csm_id,
        minutes.month,
        minutes.category,
        cast({{ exact_divide('minutes.all_minutes', '60') }} as decimal(18, 4))
            as actual_hours,
        cast(
            {{ exact_divide('minutes.customer_facing_minutes', '60') }}
            as decimal(18, 4)
        ) as customer_facing_hours
    from minutes
)

select * from final
