-- One row per subscription that matches no CRM account, with the ARR that waits for
-- somebody to map it: the review queue. Its ARR counts, under an account of its own.
with subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

lines as (
    select * from {{ ref('arr_lines') }}
),

arr_now as (
    select
        lines.subscription_id,
        sum(lines.arr) as arr
    from lines
    where lines.valid_to is null
    group by lines.subscription_id
),

final as (
    select
        subscriptions.subscription_id,
        subscriptions.account_id,
        subscriptions.billing_customer_id,
        subscriptions.source_account_id,
        customers.email_domain,
        subscriptions.started_on,
        case
            when subscriptions.source_account_id is not null then 'unknown account_id'
            when customers.billing_customer_id is null
                then 'unknown billing_customer_id'
            when customers.email_domain is null
                then 'billing customer without account or domain'
            else 'domain matches no single account'
        end as reason,
        cast(coalesce(arr_now.arr, 0) as decimal(18, 2)) as arr
    from subscriptions
    left join customers
        on subscriptions.billing_customer_id = customers.billing_customer_id
    left join arr_now
        on subscriptions.subscription_id = arr_now.subscription_id
    where subscriptions.account_found_by = 'nothing'
)

select * from final
