-- One row per line of an invoice that was really sent (no draft, not void), in the
-- reporting currency at the reference date's rate. A line without a type is recurring;
-- one without a period, or with an empty one, bills a single day.
with invoice_lines as (
    select * from {{ ref('stg_billing__invoice_lines') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

account_identities as (
    select distinct
        account_id,
        ultimate_parent_account_id
    from {{ ref('stg_crm__account_identities') }}
),

reference_rates as (
    select * from {{ ref('int_exchange_rates') }}
    where month is null
),

sent as (
    select
        invoice_lines.invoice_line_id,
        {{ ledger_account('invoices') }} as account_id, -- noqa: AL09
        {{ month_of('invoices.issued_on') }} as month,
        coalesce(invoice_lines.line_type, 'recurring') as line_type,
        coalesce(invoice_lines.period_start, invoices.issued_on) as period_start,
        invoice_lines.period_end,
        {{ convert('invoice_lines.amount', 'coalesce(reference_rates.rate, 1)') }}
            as amount
    from invoice_lines
    inner join invoices
        on invoice_lines.invoice_id = invoices.invoice_id
    -- Read under the parent grain only.
    left join account_identities -- noqa: ST11
        on invoices.account_id = account_identities.account_id
    left join reference_rates
        on invoices.currency = reference_rates.currency
    where invoices.status is null or invoices.status not in ('draft', 'void')
),

final as (
    select
        sent.invoice_line_id,
        sent.account_id,
        sent.month,
        sent.line_type,
        sent.period_start,
        case
            when sent.period_end > sent.period_start then sent.period_end
            else {{ add_days('sent.period_start', 1) }}
        end as period_end,
        sent.amount
    from sent
)

select * from final
