-- One row per line of an invoice that was really sent (no draft, not void), in the
-- reporting currency at the reference date's rate. A line without a type is recurring.
with invoice_lines as (
    select * from {{ ref('stg_billing__invoice_lines') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

reference_rates as (
    select * from {{ ref('int_exchange_rates') }}
    where month is null
),

final as (
    select
        invoice_lines.invoice_line_id,
        invoices.account_id,
        {{ month_of('invoices.issued_on') }} as month,
        coalesce(invoice_lines.line_type, 'recurring') as line_type,
        coalesce(invoice_lines.period_start, invoices.issued_on) as period_start,
        coalesce(
            invoice_lines.period_end,
            {{ add_days('coalesce(invoice_lines.period_start, invoices.issued_on)', 1) }}
        ) as period_end,
        {{ convert('invoice_lines.amount', 'coalesce(reference_rates.rate, 1)') }} as amount
    from invoice_lines
    inner join invoices
        on invoice_lines.invoice_id = invoices.invoice_id
    left join reference_rates
        on invoices.currency = reference_rates.currency
    where invoices.status is null or invoices.status not in ('draft', 'void')
)

select * from final
