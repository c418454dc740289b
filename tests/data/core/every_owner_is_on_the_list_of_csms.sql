-- One row per CSM who owns accounts but is not on the CRM's list: those accounts count
-- as unassigned. A warning, since no other figure is wrong for it; a company that sends
-- no list at all keeps none.
{{ config(severity='warn') }}

with csms as (
    select * from {{ ref('csms') }}
),

csm_lists as (
    select count(*) as csms from csms
),

final as (
    select
        owners.csm_id,
        count(distinct owners.account_id) as accounts
    from {{ ref('stg_crm__account_owners') }} as owners
    cross join csm_lists
    left join csms
        on owners.csm_id = csms.csm_id
    where
        csms.csm_id is null
        and csm_lists.csms > 0
    group by owners.csm_id
)

select * from final
