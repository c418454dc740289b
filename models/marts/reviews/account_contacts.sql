-- One row per customer of which the CRM knows a contact, and role that a contact can
-- have: how many there are, came and left. No person is named.
with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

customers as (
    select account_id from {{ ref('accounts') }}
    where is_customer
),

roles as (
    {%- for role in ['champion', 'executive_sponsor', 'admin', 'end_user'] %}
    select '{{ role }}' as persona, {{ loop.index }} as persona_rank
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

known as (
    select distinct contacts.account_id
    from contacts
    inner join customers
        on contacts.account_id = customers.account_id
),

final as (
    select
        known.account_id,
        roles.persona,
        cast(roles.persona_rank as integer) as persona_rank,
        count(case
            when contacts.contact_id is not null and contacts.left_on is null then 1
        end) as contacts,
        count(case
            when contacts.created_on > {{ add_months(as_of(), -12) }} then 1
        end) as joined_12_months,
        count(case
            when contacts.left_on > {{ add_months(as_of(), -12) }} then 1
        end) as left_12_months,
        max(contacts.left_on) as last_left_on
    from known
    cross join roles
    left join contacts
        on
            known.account_id = contacts.account_id
            and roles.persona = contacts.persona
    group by known.account_id, roles.persona, roles.persona_rank
)

select * from final
