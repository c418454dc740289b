-- One row per time a person of ours met a customer: what was held, by whom, when.
-- Automated messages, internal work, and meetings missed or called off are no touch.
with activities as (
    select * from {{ ref('stg_crm__activities') }}
),

final as (
    select
        activities.activity_id,
        activities.account_id,
        activities.csm_id,
        activities.activity_type,
        activities.purpose,
        activities.occurred_on as touched_on,
        activities.activity_type in ('qbr', 'ebr') as is_review
    from activities
    where
        activities.activity_type not in (
            'automated_email', 'in_app_message', 'internal'
        )
        and {{ was_held('activities.status') }}
)

select * from final
