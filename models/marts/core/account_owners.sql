-- One row per account and period in which one CSM owns it. An account has at most one
-- owner a day; days without a row are unassigned. A CSM who has left, or whom the CRM
-- does not know, owns nothing.
with owners as (
    select * from {{ ref('stg_crm__account_owners') }}
),

csms as (
    select * from {{ ref('csms') }}
),

-- A company that sends no list of CSMs still has owners: then every id is taken as one.
csm_lists as (
    select count(*) as csms from csms
),

-- A merged account's owners lost it with the merge: the survivor's own count.
owner_periods as (
    select
        owners.account_id,
        owners.csm_id,
        csms.csm_name,
        owners.valid_from,
        case
            when {{ open_end('csms.ended_on') }} < {{ open_end('owners.valid_to') }}
                then csms.ended_on
            else owners.valid_to
        end as valid_to
    from owners
    cross join csm_lists
    left join csms
        on owners.csm_id = csms.csm_id
    where
        lower(owners.source_account_id) = lower(owners.account_id)
        and (csms.csm_id is not null or csm_lists.csms = 0)
),

final as (
    select
        owner_periods.account_id,
        owner_periods.csm_id,
        owner_periods.csm_name,
        owner_periods.valid_from,
        owner_periods.valid_to,
        owner_periods.valid_from <= {{ as_of() }}
        and {{ open_end('owner_periods.valid_to') }} > {{ as_of() }} as is_current
    from owner_periods
    where owner_periods.valid_from < {{ open_end('owner_periods.valid_to') }}
)

select * from final
