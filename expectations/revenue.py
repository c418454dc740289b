"""The ledger is plausible, and tells the same past as before."""

from bowtie.checks.check import Check
from expectations.ledger import IN_FORCE, RATES

_LINES = "revenue.arr_lines"
_HAS_ARR = "(select coalesce(sum(arr), 0) from core.accounts) > 0"
_NO_ARR = "the company has no ARR"
_HAD_ARR = f"(select coalesce(sum(arr), 0) from previous.{_LINES}) > 0"

# ARR of each account on the last run's day, as it was told then and as it is now; then
# at today's reference rates. Lines in grace are left out: whether they lapse decides
# itself, and is dated back. Accounts that were merged since are one on both sides.
_THEN = f"""
    {RATES},

    told as (
        select
            coalesce(identities.account_id, lines.account_id) as account_id,
            -- Wide enough for rates that are wrong.
            sum(cast(round(
                cast(lines.arr_local as decimal(28, 2))
                * coalesce(rates.rate, lines.rate), 2
            ) as decimal(28, 2))) as arr_then
        from previous.{_LINES} as lines
        left join rates using (currency)
        left join staging.stg_crm__account_identities as identities
            on lines.account_id = identities.source_account_id
        where
            lines.valid_from <= previous_as_of()
            and (lines.valid_to is null or lines.valid_to > previous_as_of())
        group by coalesce(identities.account_id, lines.account_id)
        having not bool_or(lines.in_grace)
    ),

    retold as (
        select account_id, sum(arr) as arr_now
        from revenue.arr_lines
        where
            valid_from <= previous_as_of()
            and (valid_to is null or valid_to > previous_as_of())
        group by account_id
    )
"""


def _arr_of_subscriptions(condition: str) -> str:
    """Return evidence: the ARR in force of subscriptions that should have none."""
    return f"""
        select
            'billing_subscriptions' as subject,
            coalesce(sum(cast(lines.arr as double) * 100), 0) as measured,
            some_of(lines.subscription_id) as named
        from revenue.arr_lines as lines
        inner join staging.stg_billing__subscriptions as subscriptions
            using (subscription_id)
        where ({condition}) and lines.arr > 0 and {IN_FORCE}
    """


CHECKS = [
    # Less its largest part: one contract entered late is no fault of the data.
    Check(
        "past_arr_is_as_it_was_told",
        evidence=f"""
            with {_THEN},

            changes as (
                select
                    told.arr_then,
                    abs(coalesce(retold.arr_now, 0) - told.arr_then) as change
                from told
                left join retold using (account_id)
            )

            select
                'revenue.arr_lines' as subject,
                coalesce((sum(change) - max(change)) / sum(arr_then), 0) as measured
            from changes
        """,
        says="tells the ARR of the last run's day otherwise by {measured}",
        remedy="see revenue.restatements; amounts or dates of many contracts changed",
        applies=_HAD_ARR,
        unless="the generation before has no ARR",
        compares=(_LINES,),
    ),
    Check(
        "arr_of_an_account_does_not_jump",
        evidence=f"""
            with {_THEN},

            jumps as (
                select
                    told.account_id,
                    accounts.arr > 20 * told.arr_then
                    or told.arr_then > 20 * accounts.arr and accounts.arr > 0 as jumps,
                    abs(accounts.arr - told.arr_then) as change
                from told
                inner join core.accounts as accounts using (account_id)
                where told.arr_then > 0
            )

            select
                'core.accounts' as subject,
                count(*) filter (where is_jump) as measured,
                some_of(case when is_jump then account_id end) as named
            from (
                select
                    account_id,
                    jumps
                    and change * 1000 > (select sum(arr) from core.accounts) as is_jump
                from jumps
            ) as judged
        """,
        says="has {measured} accounts with twenty times the ARR of the last run, "
        "or a twentieth",
        remedy="see their subscription items: an amount is in another unit",
        applies=_HAD_ARR,
        unless="the generation before has no ARR",
        compares=(_LINES,),
    ),
    # And in the months that were over: one account's past in another unit.
    Check(
        "past_arr_of_an_account_does_not_jump",
        evidence="""
            with before as (
                select
                    coalesce(identities.account_id, months.account_id) as account_id,
                    months.month,
                    sum(months.closing_arr) as closing_arr
                from previous.revenue.arr_monthly as months
                left join staging.stg_crm__account_identities as identities
                    on months.account_id = identities.source_account_id
                where months.month < date_trunc('month', previous_as_of())
                group by
                    coalesce(identities.account_id, months.account_id), months.month
            ),

            judged as (
                select
                    before.account_id,
                    greatest(before.closing_arr, now.closing_arr)
                    > 20 * least(before.closing_arr, now.closing_arr)
                    and abs(cast(now.closing_arr - before.closing_arr as double)) * 1000
                    > (select sum(arr) from core.accounts) as is_jump
                from before
                inner join revenue.arr_monthly as now using (account_id, month)
                where
                    before.closing_arr > 0
                    and now.closing_arr > 0
            )

            select
                'revenue.arr_monthly' as subject,
                count(distinct account_id) filter (where is_jump) as measured,
                some_of(case when is_jump then account_id end) as named
            from judged
        """,
        says="has {measured} accounts with a past ARR of twenty times that of the last "
        "run, or a twentieth",
        remedy="see their subscription items: an amount is in another unit",
        applies="""
            (
                select count(*) from previous.revenue.arr_monthly
                where month < date_trunc('month', previous_as_of())
            ) > 0
        """,
        unless="the generation before has no month that was over",
        compares=("revenue.arr_monthly",),
    ),
    # The same question where there is no run before: a unit price far from what others
    # pay for the product, now or earlier, and from the dearest, or the cheapest, tenth.
    # Where prices are agreed one by one, an add-on costs by the size of the customer:
    # it must be far from what else the account pays as well.
    Check(
        "unit_prices_of_a_product_are_alike",
        evidence="""
            with lines as (
                select
                    lines.*,
                    median(lines.unit_arr) over (partition by lines.product_id)
                        as usual,
                    quantile_cont(lines.unit_arr, 0.9) over (
                        partition by lines.product_id
                    ) as dear,
                    quantile_cont(lines.unit_arr, 0.1) over (
                        partition by lines.product_id
                    ) as cheap,
                    count(*) over (partition by lines.product_id) as lines_of_product
                from revenue.arr_lines as lines
                where lines.unit_arr > 0
            ),

            far as (
                select
                    *,
                    dear <= 5 * cheap as has_a_list_price
                from lines
                where
                    lines_of_product >= 12
                    and cast(arr as double) * 1000
                    > (select sum(arr) from core.accounts)
                    and (
                        unit_arr > 40 * usual and unit_arr > 10 * dear
                        or usual > 40 * unit_arr and cheap > 10 * unit_arr
                    )
            ),

            with_rest as (
                select
                    far.arr_line_id,
                    coalesce(sum(others.arr), 0) as rest_of_account
                from far
                left join revenue.arr_lines as others
                    on
                        far.account_id = others.account_id
                        and far.product_id is distinct from others.product_id
                        and others.valid_from <= far.valid_from
                        and (
                            others.valid_to is null
                            or others.valid_to > far.valid_from
                        )
                group by far.arr_line_id
            ),

            odd as (
                select far.subscription_item_id
                from far
                inner join with_rest using (arr_line_id)
                where
                    far.has_a_list_price
                    or far.unit_arr > far.usual
                    and far.arr > 3 * with_rest.rest_of_account
            )

            select
                'billing_subscription_items' as subject,
                count(*) as measured,
                some_of(subscription_item_id) as named
            from odd
        """,
        says="has {measured} items with forty times the ARR a unit of others, or less",
        remedy="an amount is in another unit; correct it at the source",
        applies=_HAS_ARR,
        unless=_NO_ARR,
    ),
    Check(
        "products_are_still_sold",
        evidence=f"""
            with before as (
                select product_id, sum(arr) as arr
                from previous.{_LINES}
                where
                    valid_from <= previous_as_of()
                    and (valid_to is null or valid_to > previous_as_of())
                    -- Accounts that are gone, or were erased, took theirs along; too
                    -- many are for accounts_of_the_last_run_are_there.
                    and account_id in (select account_id from core.accounts)
                group by product_id
            ),

            now as (
                select lines.product_id, sum(lines.arr) as arr
                from revenue.arr_lines as lines
                where {IN_FORCE}
                group by lines.product_id
            )

            select
                coalesce('product ' || before.product_id, 'no product') as subject,
                coalesce(now.arr, 0) / before.arr as measured
            from before
            left join now
                on before.product_id is not distinct from now.product_id
            -- A product that hardly anybody has can end with one customer.
            where before.arr * 50 > (select sum(arr) from before)
        """,
        says="has {measured} of the ARR of the last run left",
        remedy="a product line is missing in the delivery, or was renamed",
        applies=_HAD_ARR,
        unless="the generation before has no ARR",
        compares=(_LINES,),
    ),
    Check(
        "products_sold_are_in_the_catalogue",
        evidence=f"""
            select
                'billing_products' as subject,
                coalesce(
                    sum(lines.arr) filter (where products.product_id is null), 0
                ) / sum(lines.arr) as measured,
                some_of(case when products.product_id is null then lines.product_id end)
                    as named
            from revenue.arr_lines as lines
            left join staging.stg_billing__products as products using (product_id)
            where lines.product_id is not null and {IN_FORCE}
        """,
        says="lacks the products of {measured} of the ARR",
        remedy="deliver billing_products whole",
        applies=f"""
            (select count(*) from staging.stg_billing__products) > 0 and (
                select coalesce(sum(lines.arr), 0) from revenue.arr_lines as lines
                where lines.product_id is not null and {IN_FORCE}
            ) > 0
        """,
        unless="no catalogue was delivered, or no item names its product",
    ),
    # Billing that came again under new ids: same account, product, quantity and price,
    # from the same day, on two subscriptions in force.
    Check(
        "contracts_are_not_there_twice",
        evidence=f"""
            with twins as (
                select
                    lines.subscription_id,
                    lines.arr,
                    min(lines.subscription_id) over (
                        partition by
                            lines.account_id, lines.product_id, lines.quantity,
                            lines.unit_arr, lines.currency, lines.valid_from
                    ) as first_id
                from revenue.arr_lines as lines
                where lines.arr > 0 and {IN_FORCE}
            )

            select
                'billing_subscriptions' as subject,
                coalesce(sum(arr) filter (where subscription_id <> first_id), 0)
                / sum(arr) as measured,
                some_of(case when subscription_id <> first_id then subscription_id end)
                    as named
            from twins
        """,
        says="repeats {measured} of the ARR line by line under another id",
        remedy="a day of billing was replayed under new ids; have it withdrawn",
        applies=_HAS_ARR,
        unless=_NO_ARR,
    ),
    # The same, begun anew: whoever holds many equal contracts held them before.
    Check(
        "running_contracts_did_not_come_again",
        evidence=f"""
            with running as (
                select
                    lines.*,
                    lines.subscription_id in (
                        select subscription_id from previous.{_LINES}
                    ) as is_known
                from revenue.arr_lines as lines
                where lines.arr > 0 and {IN_FORCE}
            ),

            compared as (
                select
                    arr,
                    subscription_id,
                    not is_known and bool_or(is_known) over (
                        partition by
                            account_id, product_id, quantity, unit_arr, currency
                    ) as came_again
                from running
            )

            select
                'billing_subscriptions' as subject,
                coalesce(sum(arr) filter (where came_again), 0) / sum(arr) as measured,
                some_of(case when came_again then subscription_id end) as named
            from compared
        """,
        says="has {measured} of the ARR a second time, under ids the last run had not",
        remedy="a day of billing was replayed as new contracts; have it withdrawn",
        applies=f"{_HAD_ARR} and {_HAS_ARR}",
        unless="the generation before, or this one, has no ARR",
        compares=(_LINES,),
    ),
    Check(
        "new_arr_is_of_the_usual_size",
        evidence="""
            with months as (
                select
                    month_back,
                    coalesce(sum(delta_arr) filter (
                        where movement_type in ('new', 'reactivation', 'expansion')
                    ), 0) as gained
                from (
                    select
                        (as_of() - event_on) // 30 as month_back,
                        movement_type,
                        delta_arr
                    from revenue.arr_events
                ) as events
                group by month_back
            )

            select
                'revenue.arr_events' as subject,
                coalesce(max(gained) filter (where month_back = 0), 0)
                / (
                    coalesce(max(gained) filter (where month_back between 1 and 12), 0)
                    + (select sum(arr) from core.accounts) * 0.05
                ) as measured
            from months
        """,
        says="gained in 30 days {measured} the ARR of the best 30 before",
        remedy="see revenue.arr_events of the last 30 days for contracts booked anew",
        applies="""
            (
                select count(*) from revenue.arr_events
                where event_on < as_of() - 180
            ) >= 20 and (select sum(arr) from core.accounts) > 0
        """,
        unless="the ledger is younger than half a year, or nearly empty",
    ),
    Check(
        "no_trial_has_arr",
        evidence=_arr_of_subscriptions(
            "subscriptions.status = 'trialing' or subscriptions.trial_ends_on > as_of()"
        ),
        says="in trial carry an ARR of {measured}",
        remedy="give their trial_ends_on, or the status they have now",
        applies="(select count(*) from staging.stg_billing__subscriptions) > 0",
        unless="no subscription counts",
    ),
    Check(
        "no_paused_subscription_has_arr",
        evidence=_arr_of_subscriptions(
            "subscriptions.status = 'paused' "
            "and coalesce(subscriptions.updated_on, as_of()) <= as_of()"
        ),
        says="paused by status, but not by billing_pauses, carry an ARR of {measured}",
        remedy="give their days in billing_pauses, or the status they have now",
        applies="(select count(*) from staging.stg_billing__subscriptions) > 0",
        unless="no subscription counts",
    ),
    Check(
        "prices_are_in_the_currency_of_their_customer",
        evidence=f"""
            select
                'billing_subscription_items' as subject,
                coalesce(sum(cast(lines.arr as double) * 100), 0) as measured,
                some_of(lines.subscription_item_id) as named
            from revenue.arr_lines as lines
            inner join staging.stg_billing__subscription_items as items
                using (subscription_item_id)
            inner join staging.stg_billing__subscriptions as subscriptions
                on lines.subscription_id = subscriptions.subscription_id
            inner join staging.stg_billing__customers as customers
                using (billing_customer_id)
            where
                items.currency is null
                and customers.currency <> reporting_currency()
                and lines.arr > 0 and {IN_FORCE}
        """,
        says="without a currency, of customers billed in another, carry {measured}",
        remedy="send each item's currency: without one it is the reporting currency",
        applies="(select count(*) from staging.stg_billing__customers) > 0",
        unless="no billing customer counts",
    ),
    # What a row was worth is taken from its own columns where they could be read, and
    # else from the generation before or the mean of the others.
    Check(
        "refused_arr",
        evidence=f"""
            with usual as (
                select
                    sum(lines.arr) / count(distinct lines.subscription_item_id) as arr
                from revenue.arr_lines as lines
                where {IN_FORCE}
            ),

            refused as (
                select
                    items.row_key,
                    coalesce(
                        items.quantity * items.unit_price
                        * (1 - items.discount_percent / 100)
                        * case items.billing_interval
                            when 'day' then 365 when 'week' then 52
                            when 'month' then 12 when 'year' then 1
                        end
                        / nullif(items.interval_count, 0)
                        * coalesce(rates.rate, 1),
                        usual.arr
                    ) as arr
                from staging.base_billing__subscription_items as items
                cross join usual
                left join (
                    select currency, max(rate) as rate
                    from revenue.arr_lines group by currency
                ) as rates using (currency)
                where
                    items.verdict = 'quarantined'
                    and items.refused_for not like 'test_account%'
                    and coalesce(items.charge_type, 'recurring') = 'recurring'
                    and (items.valid_to is null or items.valid_to > as_of())
                    and (items.valid_from is null or items.valid_from <= as_of())
            )

            select
                'billing_subscription_items' as subject,
                coalesce(sum(abs(refused.arr)), 0)
                / (
                    coalesce(sum(abs(refused.arr)), 0)
                    + (select sum(arr) from core.accounts)
                ) as measured,
                some_of(refused.row_key) as named
            from refused
        """,
        says="has {measured} of the ARR in refused rows",
        remedy="the rows and reasons are in quality.quarantined_rows; have them "
        "corrected at the source",
        applies=_HAS_ARR,
        unless=_NO_ARR,
    ),
    Check(
        "unmatched_arr",
        evidence="""
            select
                'billing_subscriptions' as subject,
                coalesce(sum(unmatched.arr), 0) / (select sum(arr) from core.accounts)
                    as measured,
                some_of(unmatched.subscription_id) as named
            from quality.unmatched_billing as unmatched
            where unmatched.arr > 0
        """,
        says="match no account with {measured} of the ARR",
        remedy="map them in billing_customers; they wait in quality.unmatched_billing",
        applies=_HAS_ARR,
        unless=_NO_ARR,
    ),
    Check(
        "newly_unmatched_subscriptions",
        evidence="""
            select
                'billing_subscriptions' as subject,
                count(*) as measured,
                some_of(unmatched.subscription_id) as named
            from quality.unmatched_billing as unmatched
            where
                unmatched.subscription_id not in (
                    select subscription_id from previous.quality.unmatched_billing
                )
        """,
        says="has {measured} unmatched subscriptions more than the last run",
        remedy="map them in billing_customers; they wait in quality.unmatched_billing",
        compares=("quality.unmatched_billing",),
    ),
]
