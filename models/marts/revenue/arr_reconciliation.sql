-- One row per account and month with a contract or an invoice: what the contracts give
-- the month against what was invoiced in it, with the difference explained to the cent:
-- invoiced - contracted = tax + one_time + usage + credit + proration + timing
--                         + unexplained.
-- Timing (and proration) is what was invoiced less its spread over the period billed,
-- so that it comes back to 0 once the period is over; so does a credit, as far as its
-- spread gives back days that were invoiced above the contracts. Empty when the biller
-- sends no invoices.
{% set spread_types = ['recurring', 'proration', 'credit'] -%}
with contracted as (
    select * from {{ ref('int_contracted_months') }}
),

earned as (
    select
        earned_months.account_id,
        {%- for line_type in spread_types %}
        sum(case
            when earned_months.line_type = '{{ line_type }}'
                then earned_months.earned_amount
            else 0
        end) as {{ line_type }}_earned_amount,
        {%- endfor %}
        earned_months.month
    from {{ ref('int_earned_months') }} as earned_months
    group by earned_months.account_id, earned_months.month
),

{%- set line_types = ['recurring', 'proration', 'usage', 'one_time', 'tax', 'credit'] %}

invoiced as (
    select
        invoice_lines.account_id,
        invoice_lines.month,
        sum(invoice_lines.amount) as invoiced_amount,
    {%- for line_type in line_types %}
    sum(
        case
            when
                invoice_lines.line_type = '{{ line_type }}'
                then invoice_lines.amount else
                0
        end
    )
        as {{ line_type }}_amount
    {{- ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_invoice_lines') }} as invoice_lines
    group by invoice_lines.account_id, invoice_lines.month
),

account_months as (
    select
        contracted.account_id,
        contracted.month
    from contracted
    union distinct
    select
        invoiced.account_id,
        invoiced.month
    from invoiced
    union distinct
    select
        earned.account_id,
        earned.month
    from earned
),

billed as (
    select count(*) as invoice_lines from {{ ref('int_invoice_lines') }}
),

amounts as (
    select
        account_months.account_id,
        account_months.month,
        coalesce(contracted.contracted_amount, 0) as contracted_amount,
        {%- for line_type in spread_types %}
        coalesce(earned.{{ line_type }}_earned_amount, 0)
            as {{ line_type }}_earned_amount,
        {%- endfor %}
        {%- for line_type in line_types %}
        coalesce(invoiced.{{ line_type }}_amount, 0) as {{ line_type }}_amount,
        {%- endfor %}
        coalesce(invoiced.invoiced_amount, 0) as invoiced_amount
    from account_months
    cross join billed
    left join contracted
        on
            account_months.account_id = contracted.account_id
            and account_months.month = contracted.month
    left join earned
        on
            account_months.account_id = earned.account_id
            and account_months.month = earned.month
    left join invoiced
        on
            account_months.account_id = invoiced.account_id
            and account_months.month = invoiced.month
    where billed.invoice_lines > 0
),

over_invoiced as (
    select
        amounts.*,
        amounts.recurring_earned_amount + amounts.proration_earned_amount
        - amounts.contracted_amount as over_amount
    from amounts
),

-- Of a credit's days, what was invoiced above the contracts and no more: a credit for
-- an outage gives back what the contracts do promise, and explains itself.
parts as (
    select
        over_invoiced.*,
        -greatest(
            least(
                over_invoiced.over_amount,
                greatest(-over_invoiced.credit_earned_amount, 0)
            ),
            least(-over_invoiced.credit_earned_amount, 0)
        ) as given_back_amount
    from over_invoiced
),

final as (
    select
        parts.account_id,
        parts.month,
        cast(parts.contracted_amount as decimal(18, 2)) as contracted_amount,
        cast(parts.invoiced_amount as decimal(18, 2)) as invoiced_amount,
        cast(parts.invoiced_amount - parts.contracted_amount as decimal(18, 2))
            as difference,
        cast(parts.tax_amount as decimal(18, 2)) as tax_amount,
        cast(parts.one_time_amount as decimal(18, 2)) as one_time_amount,
        cast(parts.usage_amount as decimal(18, 2)) as usage_amount,
        cast(parts.credit_amount - parts.given_back_amount as decimal(18, 2))
            as credit_amount,
        cast(parts.proration_amount - parts.proration_earned_amount as decimal(18, 2))
            as proration_amount,
        cast(parts.recurring_amount - parts.recurring_earned_amount as decimal(18, 2))
            as timing_amount,
        cast(parts.over_amount + parts.given_back_amount as decimal(18, 2))
            as unexplained_amount
    from parts
)

select * from final
