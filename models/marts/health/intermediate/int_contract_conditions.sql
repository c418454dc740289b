-- One row per account, trigger, contract and period [holds_from, holds_until) in which
-- a term's end, its notice date or a bill calls for somebody.
with terms as (
    select * from {{ ref('int_subscription_terms') }}
),

bands as (
    select * from {{ ref('int_band_periods') }}
    where band = 'red'
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

triggers as (
    select
        trigger,
        cast(threshold as integer) as threshold
    from {{ ref('intervention_triggers') }}
),

-- Staging shows the status of the as-of date: what was paid later is still open.
unpaid as (
    select
        invoices.account_id,
        'payment_overdue' as trigger,
        invoices.due_on,
        invoices.paid_on as holds_until,
        'invoice ' || invoices.invoice_id || ' unpaid, due '
        || cast(invoices.due_on as varchar(10)) as reason
    from invoices
    where
        coalesce(invoices.status, 'open') not in ('void', 'draft')
        and (
            invoices.paid_on is not null
            or coalesce(invoices.status, 'open') <> 'paid'
        )
        and invoices.total_amount > 0
),

term_windows as (
    select
        triggers.trigger,
        terms.account_id,
        terms.cancel_requested_on,
        greatest(
            {{ add_days(
                "case when triggers.trigger = 'notice_near' then terms.notice_date else terms.term_end_date end",
                '-triggers.threshold'
            ) }},
            terms.life_from
        ) as holds_from,
        case
            when triggers.trigger = 'notice_near'
                then least(
                        {{ add_days('terms.notice_date', 1) }},
                        {{ open_end('terms.settled_on') }},
                        {{ open_end('terms.cancel_requested_on') }}
                    )
            else terms.settled_on
        end as holds_until,
        case triggers.trigger
            when 'notice_near'
                then case
                        when terms.is_notice_assumed
                            then 'notice is taken to end on '
                        else 'notice can be given until '
                    end || cast(terms.notice_date as varchar(10))
            else 'contract ends on ' || cast(terms.term_end_date as varchar(10))
        end as reason
    from terms
    cross join triggers
    where
        triggers.trigger in ('term_ends_at_risk', 'renewal_due')
        -- What ends by itself needs no notice: that day settles nothing.
        or (triggers.trigger = 'notice_near' and terms.renews_by_itself)
),

periods as (
    select
        unpaid.account_id,
        unpaid.trigger,
        {{ add_days('unpaid.due_on', 'triggers.threshold + 1') }} as holds_from,
        unpaid.holds_until,
        unpaid.reason
    from unpaid
    inner join triggers
        on unpaid.trigger = triggers.trigger
    union all
    select
        term_windows.account_id,
        term_windows.trigger,
        term_windows.holds_from,
        term_windows.holds_until,
        term_windows.reason
    from term_windows
    where term_windows.trigger <> 'term_ends_at_risk'
    union all
    -- Only while the account is red.
    select
        term_windows.account_id,
        term_windows.trigger,
        greatest(term_windows.holds_from, bands.valid_from) as holds_from,
        nullif(
            least(
                {{ open_end('term_windows.holds_until') }},
                {{ open_end('bands.valid_to') }}
            ),
            {{ date_literal('9999-12-31') }}
        ) as holds_until,
        term_windows.reason || ', health red' as reason
    from term_windows
    inner join bands
        on
            term_windows.account_id = bands.account_id
            and bands.valid_from < {{ open_end('term_windows.holds_until') }}
            and {{ open_end('bands.valid_to') }} > term_windows.holds_from
    where term_windows.trigger = 'term_ends_at_risk'
),

final as (
    select
        periods.account_id,
        periods.trigger,
        periods.holds_from,
        nullif(periods.holds_until, {{ date_literal('9999-12-31') }}) as holds_until,
        periods.reason
    from periods
    where
        periods.holds_from < {{ open_end('periods.holds_until') }}
        and periods.holds_from <= {{ as_of() }}
)

select * from final
