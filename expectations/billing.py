"""Contracts, invoices and the ledger say the same, to the cent where they must."""

from bowtie.checks.check import Check
from expectations.ledger import IN_FORCE, RATES

_HAS_INVOICES = "(select count(*) from revenue.arr_reconciliation) > 0"
_NO_INVOICES = "no invoice was delivered"
# What each subscription is billed a year by the invoice lines whose period runs on the
# as-of date, or on its last day, beside its ARR of that day. One without such a
# recurring line was billed before the first invoice that was delivered, or not yet.
_BILLED = """
    last_days as (
        select
            subscription_id,
            max(least(coalesce(valid_to - 1, as_of()), as_of())) as day
        from revenue.arr_lines
        where valid_from <= as_of()
        group by subscription_id
    ),

    billed as (
        select
            lines.subscription_id,
            sum(lines.amount * 365 / (lines.period_end - lines.period_start)) as a_year
        from staging.stg_billing__invoice_lines as lines
        inner join staging.stg_billing__invoices as invoices using (invoice_id)
        inner join last_days on lines.subscription_id = last_days.subscription_id
        where
            coalesce(lines.line_type, 'recurring') in ('recurring', 'proration')
            and coalesce(invoices.status, 'open') not in ('draft', 'void')
            and lines.period_start <= last_days.day
            and lines.period_end > last_days.day
        group by lines.subscription_id
        having bool_or(coalesce(lines.line_type, 'recurring') = 'recurring')
    ),

    contracted as (
        select
            lines.subscription_id,
            last_days.day = as_of() as is_in_force,
            sum(lines.arr) as arr,
            sum(lines.arr_local) as arr_local
        from revenue.arr_lines as lines
        inner join last_days using (subscription_id)
        where
            lines.valid_from <= last_days.day
            and (lines.valid_to is null or lines.valid_to > last_days.day)
        group by lines.subscription_id, last_days.day
        having sum(lines.arr_local) > 0
    ),

    compared as (
        select
            contracted.subscription_id,
            contracted.is_in_force,
            contracted.arr,
            contracted.arr_local,
            billed.a_year,
            cast(
                billed.a_year * contracted.arr / contracted.arr_local as decimal(18, 2)
            ) as billed_arr
        from contracted
        inner join billed using (subscription_id)
    )
"""
_HAS_BILLED = f"(with {_BILLED} select count(*) from compared where is_in_force) > 0"
_NOTHING_BILLED = "no invoice line bills a subscription for the as-of date"

# Every amount that somebody typed or computed, in the reporting currency.
_AMOUNTS = f"""
    {RATES},

    typed as (
        select
            'billing_invoice_lines.amount' as subject,
            invoices.account_id,
            lines.invoice_line_id as row_key,
            lines.amount,
            invoices.currency
        from staging.stg_billing__invoice_lines as lines
        inner join staging.stg_billing__invoices as invoices using (invoice_id)
        union all
        select
            'billing_invoices.total_amount', account_id, invoice_id, total_amount,
            currency
        from staging.stg_billing__invoices
        union all
        select
            'revenue.arr_lines.arr_local', account_id, subscription_item_id, arr_local,
            currency
        from revenue.arr_lines
    ),

    amounts as (
        select
            typed.subject,
            typed.account_id,
            typed.row_key,
            abs(cast(typed.amount as double)) * coalesce(rates.rate, 1) as amount
        from typed
        left join rates using (currency)
        where
            rates.rate is not null
            or coalesce(typed.currency, reporting_currency()) = reporting_currency()
    )
"""
# ARR of an item by its definition, in whole numbers: 4, 6 and 4 decimals of quantity,
# price and discount give 14, and 2 of the cents stay. Widened first: a price in yen has
# seven digits before the point.
_EXACT_CENTS = """
    cast(cast(items.quantity as decimal(38, 4)) * 10000 as hugeint)
    * cast(cast(items.unit_price as decimal(38, 6)) * 1000000 as hugeint)
    * cast((100 - items.discount_percent) * 10000 as hugeint)
    * case items.billing_interval
        when 'day' then 365 when 'week' then 52 when 'month' then 12 when 'year' then 1
    end
"""
_DIVISOR = "(cast(100000000000000 as hugeint) * items.interval_count)"

CHECKS = [
    # Control totals, each computed a second time from the staged rows.
    Check(
        "ledger_is_the_sum_of_the_contracts",
        evidence=f"""
            select
                'revenue.arr_lines' as subject,
                coalesce(sum(abs(
                    cast(cast(lines.arr_local as decimal(38, 2)) * 100 as hugeint)
                    - ({_EXACT_CENTS} * 2 + {_DIVISOR}) // ({_DIVISOR} * 2)
                )), 0) as measured,
                some_of(
                    case when items.subscription_item_id is null then
                        lines.subscription_item_id
                    end
                ) as named
            from revenue.arr_lines as lines
            left join staging.stg_billing__subscription_items as items
                using (subscription_item_id)
            where {IN_FORCE}
        """,
        says="differs by {measured} from the items it is made of",
        remedy="the ledger is wrong; tell whoever changed models/marts/revenue",
        applies="(select count(*) from revenue.arr_lines) > 0",
        unless="the company has no ARR",
    ),
    Check(
        "paid_products_have_a_price",
        evidence="""
            with items as (
                select
                    subscription_item_id,
                    unit_price,
                    max(unit_price) over (partition by product_id) as highest_price
                from staging.stg_billing__subscription_items
                where charge_type = 'recurring' and product_id is not null
            )

            select
                'billing_subscription_items' as subject,
                count(*) filter (
                    where unit_price = 0 and highest_price > 0
                ) as measured,
                some_of(
                    case
                        when unit_price = 0 and highest_price > 0
                            then subscription_item_id
                    end
                ) as named
            from items
        """,
        says="has {measured} items at no price, of products that others pay for",
        remedy="ask the biller whether they are meant to be free",
    ),
    Check(
        "active_contracts_are_in_the_ledger",
        evidence="""
            select
                'billing_subscription_items' as subject,
                count(*) as measured,
                some_of(items.subscription_item_id) as named
            from staging.stg_billing__subscription_items as items
            inner join staging.stg_billing__subscriptions as subscriptions
                using (subscription_id)
            where
                items.charge_type = 'recurring'
                and subscriptions.status = 'active'
                and subscriptions.ended_on is null
                and subscriptions.auto_renews
                and coalesce(subscriptions.trial_ends_on <= as_of(), true)
                and greatest(subscriptions.started_on, items.valid_from) <= as_of()
                and coalesce(items.valid_to > as_of(), true)
                and subscriptions.subscription_id not in (
                    select subscription_id from staging.stg_billing__pauses
                    where coalesce(resumed_on > as_of(), true)
                )
                and subscriptions.subscription_id not in (
                    select renewed_from_subscription_id
                    from staging.stg_billing__subscriptions
                    where renewed_from_subscription_id is not null
                )
                and items.subscription_item_id not in (
                    select subscription_item_id from revenue.arr_lines as lines
                    where lines.valid_to is null or lines.valid_to > as_of()
                )
        """,
        says="is active and not in the ledger with {measured} rows",
        remedy="the ledger is wrong; tell whoever changed models/marts/revenue",
        applies="(select count(*) from staging.stg_billing__subscriptions) > 0",
        unless="no subscription counts",
    ),
    Check(
        "invoices_are_all_reconciled",
        evidence=f"""
            with {RATES},

            sent as (
                select
                    sum(cast(round(
                        cast(lines.amount as decimal(28, 4))
                        * coalesce(rates.rate, 1), 2
                    ) as decimal(18, 2))) as amount,
                    bool_or(
                        rates.rate is null
                        and invoices.currency <> reporting_currency()
                    ) as lacks_a_rate
                from staging.stg_billing__invoice_lines as lines
                inner join staging.stg_billing__invoices as invoices using (invoice_id)
                left join rates on invoices.currency = rates.currency
                where coalesce(invoices.status, 'open') not in ('draft', 'void')
            )

            select
                'revenue.arr_reconciliation' as subject,
                case when sent.lacks_a_rate then 0 else 100 * abs(
                    sent.amount - (
                        select sum(invoiced_amount) from revenue.arr_reconciliation
                    )
                ) end as measured
            from sent
        """,
        says="differs by {measured} from the invoices it is made of",
        remedy="the reconciliation is wrong; tell whoever changed models/marts/revenue",
        applies=_HAS_INVOICES,
        unless=_NO_INVOICES,
    ),
    Check(
        "invoice_is_the_sum_of_its_lines",
        evidence="""
            with totals as (
                select
                    invoices.invoice_id,
                    abs(invoices.total_amount - coalesce(sum(lines.amount), 0))
                    > 0.01 * greatest(count(lines.invoice_line_id), 1) as differs
                from staging.stg_billing__invoices as invoices
                left join staging.stg_billing__invoice_lines as lines using (invoice_id)
                where coalesce(invoices.status, 'open') not in ('draft', 'void')
                group by invoices.invoice_id, invoices.total_amount
            )

            select
                'billing_invoices' as subject,
                count(*) filter (where differs) / greatest(count(*), 100) as measured,
                count(*) filter (where differs) / count(*) as told,
                some_of(case when differs then invoice_id end) as named
            from totals
        """,
        says="has {measured} of its invoices differ from the sum of their lines",
        remedy="lines are missing, or one of the two files is in another unit",
        applies="(select count(*) from staging.stg_billing__invoice_lines) > 0",
        unless="no invoice line was delivered",
    ),
    # A whole file in cents for dollars shows here even on the first day.
    Check(
        "company_is_billed_what_it_contracted",
        evidence=f"""
            with {_BILLED}
            select
                'billing_invoices' as subject,
                sum(billed_arr) / sum(arr) as measured
            from compared
            where is_in_force
        """,
        says="come to {measured} the ARR of the contracts that they bill",
        remedy="billing_subscription_items or billing_invoice_lines is in another "
        "unit, or lacks a product",
        applies=_HAS_BILLED,
        unless=_NOTHING_BILLED,
    ),
    Check(
        "subscription_is_billed_what_it_contracted",
        evidence=f"""
            with {_BILLED},

            judged as (
                select
                    subscription_id,
                    abs(cast(billed_arr - arr as double)) * 1000
                    > sum(arr) filter (where is_in_force) over ()
                    and (a_year > 4 * arr_local or arr_local > 4 * a_year) as is_odd
                from compared
            )

            select
                'billing_subscription_items' as subject,
                count(*) filter (where is_odd) as measured,
                some_of(case when is_odd then subscription_id end) as named
            from judged
        """,
        says="have {measured} subscriptions with an ARR of four times their invoices, "
        "or a fourth",
        remedy="an item or a line of billing_invoice_lines is in another unit; correct "
        "it at the source",
        applies=_HAS_BILLED,
        unless=_NOTHING_BILLED,
    ),
    Check(
        "items_begin_with_their_subscription",
        evidence="""
            select
                'billing_subscription_items' as subject,
                count(*) filter (where items.valid_from < subscriptions.started_on)
                / greatest(count(*), 100) as measured,
                count(*) filter (where items.valid_from < subscriptions.started_on)
                / count(*) as told
            from staging.stg_billing__subscription_items as items
            inner join staging.stg_billing__subscriptions as subscriptions
                using (subscription_id)
        """,
        says="begin before their subscription in {measured} of the rows",
        remedy="day and month are swapped here or in billing_subscriptions; have both "
        "written as YYYY-MM-DD",
        applies="(select count(*) from staging.stg_billing__subscription_items) > 0",
        unless="no subscription item counts",
    ),
    # A last day for an end leaves a day without ARR between two rows: a churn and a
    # return that never were. Of few rows one or two may well be so.
    Check(
        "ends_are_the_day_after_the_last",
        evidence="""
            with periods as (
                select
                    'billing_subscriptions' as subject,
                    account_id as owner,
                    '' as product_id,
                    subscription_id as row_key,
                    started_on as begins_on,
                    ended_on as ends_on,
                    renewed_from_subscription_id is not null as is_renewal
                from staging.stg_billing__subscriptions
                union all
                select
                    'billing_subscription_items' as subject,
                    subscription_id as owner,
                    coalesce(product_id, '') as product_id,
                    subscription_item_id as row_key,
                    valid_from as begins_on,
                    valid_to as ends_on,
                    false as is_renewal
                from staging.stg_billing__subscription_items
            ),

            -- A renewal that names what it renews leaves no gap.
            begun as (
                select distinct subject, owner, product_id, begins_on - 1 as day_before
                from periods
                where not is_renewal
            ),

            ended as (
                select
                    periods.subject,
                    periods.row_key,
                    begun.owner is not null as goes_on
                from periods
                left join begun
                    on
                        periods.subject = begun.subject
                        and periods.owner = begun.owner
                        and periods.product_id = begun.product_id
                        and periods.ends_on = begun.day_before
                where periods.ends_on is not null
            )

            select
                subject,
                count(*) filter (where goes_on) / greatest(count(*), 20) as measured,
                count(*) filter (where goes_on) / count(*) as told,
                some_of(case when goes_on then row_key end) as named
            from ended
            group by subject
        """,
        says="go on a day after their end in {measured} of the rows that ended",
        remedy="an end is the first day that no longer counts, not the last that does; "
        "write the day after, or the row that is renewed",
        applies="""
            (
                select count(ended_on) from staging.stg_billing__subscriptions
            ) + (
                select count(valid_to) from staging.stg_billing__subscription_items
            ) > 0
        """,
        unless="nothing has ended",
    ),
    Check(
        "invoices_are_issued_near_their_period",
        evidence="""
            with invoices as (
                select
                    abs(invoices.issued_on - min(lines.period_start)) > 45 as is_far
                from staging.stg_billing__invoices as invoices
                inner join staging.stg_billing__invoice_lines as lines
                    using (invoice_id)
                where lines.period_start is not null
                group by invoices.invoice_id, invoices.issued_on
            )

            select
                'billing_invoices' as subject,
                count(*) filter (where is_far) / greatest(count(*), 100) as measured,
                count(*) filter (where is_far) / count(*) as told
            from invoices
        """,
        says="are issued far from the period they bill in {measured} of the rows",
        remedy="day and month are swapped here or in billing_invoice_lines; have both "
        "written as YYYY-MM-DD",
        applies="""
            (
                select count(*) from staging.stg_billing__invoice_lines
                where period_start is not null
            ) > 0
        """,
        unless="no invoice line has a period",
    ),
    # Against the third largest: the largest may be yesterday's or years old, and an
    # amount comes back (in the next invoice, in the invoice's total). One of a few
    # customers may well pay ten times what the next does.
    Check(
        "largest_amount_is_not_alone",
        evidence=f"""
            with {_AMOUNTS},

            customers as (
                select subject, count(distinct account_id) as accounts
                from amounts group by subject
            ),

            ranked as (
                select
                    *,
                    row_number() over (
                        partition by subject order by amount desc, row_key
                    ) as place
                from amounts
            )

            select
                first.subject,
                first.amount / greatest(third.amount, 1) as measured,
                first.row_key as named
            from ranked as first
            inner join ranked as third
                on first.subject = third.subject and third.place = 3
            inner join customers on first.subject = customers.subject
            where first.place = 1 and customers.accounts >= 50
        """,
        says="has an amount {measured} the third largest",
        remedy="see whether it is in another unit; correct it at the source",
        applies=f"""
            (
                with {_AMOUNTS}
                select count(distinct account_id) from amounts
            ) >= 50
        """,
        unless="fewer than fifty accounts",
    ),
]
