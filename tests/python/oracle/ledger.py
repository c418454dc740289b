"""Raw rows in, revenue marts out.

Readings
--------
What `definitions.md`, `marts.md` and DECISIONS.md leave open, and how it is read here.

Visibility and identity

1.  Rows appear on: `billing_subscriptions.started_on`,
    `billing_subscription_items.valid_from` (else the subscription's start),
    `billing_pauses.paused_on`, `crm_account_owners.valid_from`,
    `billing_exchange_rates.rate_date`. CRM accounts, CSMs, products and billing
    customers are timeless (DECISIONS R2).
2.  Facts (NULL while later than the as-of date): `ended_on`, `resumed_on`,
    `valid_to`. Plans (they stay): `trial_ends_on`, `current_term_end`. Merge and
    parent links and `is_test` carry no date and always hold.
3.  `current_term_start` after the as-of date: the term then running is as long as the
    shown one and lies whole terms before it, unless the shown one is the first. No
    start given: `current_term_end` is taken as it is.
4.  `arr_lines.valid_to` is NULL while the line is in force on the as-of date, even
    where a later end is written in the raw row. Lines that start later do not exist.
5.  An `account_id` that names no account falls through to the next way of
    matching. A domain matches every account, merged and test ones included;
    it is unique when all of them have one survivor.
6.  A subscription whose account is a test, or was merged into a test, is out. A test
    account is nobody's parent. It cannot renew another subscription either.
7.  Owner rows of an account that was merged away are not read; the survivor's are. A
    `csm_id` that `crm_csms` does not know, or that had left by that day, is
    `unassigned` (unless there is no `crm_csms` at all).
8.  An unmatched account is in no segment: touch tier (`opening_touch_tier` too),
    region, industry and csm are `unassigned`. Its product families are those it buys.

Lines

9.  Dates decide; `cancel_requested_at` does not, and `status` only where it says that
    what renews by itself is over and no date does: then its term's end is its end. A
    product whose `unit` is `usage` counts when the item's `charge_type` is recurring.
10. `ended_on` between the term end and the end of grace: the subscription is over on
    that day, and restated to the term end once the grace has passed (the literal
    "earliest of" in A1), unless new paper came in time. An early renewal ends the old
    subscription at its start.
11. `trial_ends_on` is the first paid day. Lines are unbroken runs of days: adjoining
    or overlapping pauses make one gap, an empty pause makes none. Lines of ARR 0
    (free, 0 seats, 100 % off) exist.
12. An item without a currency is in the reporting currency, whatever the billing
    customer's. The reporting currency's rate is 1. A currency stops the run when an
    item with a day of its own needs it.
13. Under `historical`, `arr_lines.arr` is still at the reference date's rate (a line
    spans many month ends); the monthly marts value `arr_local` at each month's end
    rate, each line rounded half up.
14. Under the parent grain `account_id` is the ultimate parent in every mart,
    `arr_lines` included; region, industry, csm and tier are the parent's.

Months

15. "Had ARR before" is ARR above 0 on any day before the month. A free plan is no ARR.
16. A pause explains something only where the paused item's ARR is above 0, and only
    where all that was in force the day before the ARR fell to 0 is paused.
17. `reactivation_window_days` counts from the first day without ARR (the churn date)
    to the first day with ARR in the month of return; more days than that is `new`.
    `resumed` is asked first.
18. "The month after the last": the last month with ARR on any day. So an account that
    churns on the 10th has its churn month and one more, with zeros; an account that
    came and went inside one month has that month and the next.
19. `has_intra_month_churn`: opening and closing are 0, and there was ARR in between,
    whether or not the account had ARR before.
20. `is_partial` only where the as-of date is not the month's last day.
21. `opening_touch_tier` is by opening ARR; where that is 0, by closing ARR (0 is tech).
    "Self-service only" looks at the recurring items in force that day, free ones
    included; an item without a product is not self-service.
22. Under `historical` the movement compares the opening lines at this month's end rate
    with the closing; fx is the rest. Retention compares closings as they stood, each
    at its own month's rate.

Events

29. What is one product is asked by `product_id`, lines without one taken together; its
    price is what its lines cost over its units. A product without units is not held: it
    came or went. No event, no causes: ups and downs of one day that cancel are silent.
30. A move: within a family, units left products of one rank and came to products of one
    other rank on one day. Products without a rank, or whose units stayed, have no part.
    What moved is worth p0 x units, of a product that came its own price; what is left
    of a product held before and after is its price.
31. A discount shrank where the share of the list price that is paid grew by more than a
    thousandth; less is price. Half a cent is rounded away from zero, and what rounding
    leaves is price, or tier.

Waterfall

23. Rows exist where at least one row of `arr_monthly` falls (zero rows included);
    for `product_family`, where the account's family opens or closes above 0.
24. A month of movement `none` whose families moved against each other books their
    deltas under `expansion_arr`; they add to 0.
25. `resumed` is not a reactivated account, `paused` not a churned one, so the account
    counts bridge only together with those.
26. In a family, opening and closing accounts have ARR in that family; new, reactivated
    and churned accounts are counted in each family they open or close with.

Retention

27. `slice_value` of slice `all` is `all`; of csm, the `csm_id`. The first month of the
    ledger is the first of `arr_monthly`; an empty ledger has no rows at all.
28. `reactivated_arr` is the ARR now of accounts that fell to 0 in between, also where
    a pause was the reason. In `product_family` every level, base count and fall to 0
    is of the account's ARR in that family.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oracle.books import csm_retention_rows
from oracle.events import arr_event_rows
from oracle.lines import Valuation, arr_line_rows, stretches
from oracle.movements import (
    Calendar,
    account_months,
    arr_monthly_rows,
    arr_waterfall_rows,
    history,
)
from oracle.policies import Policies
from oracle.raw import Known, Tables
from oracle.reconciliation import arr_reconciliation_rows
from oracle.retention import retention_cohort_rows, retention_rows

Mart = list[dict[str, object]]

KEYS = {
    "arr_lines": ("subscription_item_id", "valid_from"),
    "arr_events": ("account_id", "event_on"),
    "arr_monthly": ("account_id", "month"),
    "arr_waterfall": ("month", "slice_name", "slice_value"),
    "retention": ("as_of_month", "window_months", "slice_name", "slice_value"),
    "retention_cohorts": ("cohort_month", "slice_name", "slice_value", "age_months"),
    "csm_retention": ("quarter", "account_id"),
    "arr_reconciliation": ("account_id", "month"),
}


@dataclass(frozen=True)
class Ledger:
    """The revenue marts; money in cents, rates as fractions to six decimals."""

    arr_lines: Mart
    arr_events: Mart
    arr_monthly: Mart
    arr_waterfall: Mart
    retention: Mart
    retention_cohorts: Mart
    csm_retention: Mart
    arr_reconciliation: Mart

    def marts(self) -> dict[str, Mart]:
        """Return every mart by name; `KEYS` has their keys."""
        return {name: getattr(self, name) for name in KEYS}


def build(rows: Tables, as_of: date, policies: Policies | None = None) -> Ledger:
    """Work out the revenue marts from raw text rows.

    `rows` maps a contract table to its rows, every value text or None. Raises Refused
    for rows the warehouse would not accept (conflicts, cycles, no exchange rate).
    """
    known = Known(rows, as_of, policies or Policies())
    calendar = Calendar(known)
    valuation = Valuation(known)
    accounts = stretches(known)
    histories = [
        history(account_id, accounts[account_id], known, calendar, valuation)
        for account_id in sorted(accounts)
    ]
    months = [
        month
        for account in histories
        for month in account_months(account, known, calendar, valuation)
    ]
    first_month = min((month.month for month in months), default=None)
    arr_lines = arr_line_rows(
        line for stretch in accounts.values() for line in stretch.lines
    )
    arr_monthly = arr_monthly_rows(months)
    return Ledger(
        arr_lines=arr_lines,
        arr_events=arr_event_rows(accounts, known.policies.reactivation_window_days),
        arr_monthly=arr_monthly,
        arr_waterfall=arr_waterfall_rows(months),
        retention=retention_rows(histories, known, calendar, first_month),
        retention_cohorts=retention_cohort_rows(histories, calendar),
        csm_retention=csm_retention_rows(known, arr_monthly, arr_lines),
        arr_reconciliation=arr_reconciliation_rows(known, arr_lines),
    )
