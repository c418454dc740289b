"""Why customers left, as the biller has it: whom and what each reason took.

Readings of the mart's columns: churn is that of the months of the ledger, of the last
twelve whole ones: who signed and left inside one month took nothing. Its reason is that
of most of the ARR which ended on the day from which on the account had nothing, the
first by name where two are level; a contract without a reason does not speak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from oracle.arithmetic import first_day, month_number
from oracle.health import Row
from oracle.retention_reports import MONTHS, rate


def churn_reasons(
    churn: Iterable[Row],
    events: Mapping[str, Sequence[Row]],
    lines: Mapping[str, Sequence[Row]],
    reasons: Mapping[str, str | None],
    closed_on: date,
) -> Iterator[Row]:
    """Yield the rows of revenue.churn_reasons.

    `churn` are rows of revenue.arr_monthly with churned_arr; `events` are rows of
    revenue.arr_events, `lines` of revenue.arr_lines, by account, and `reasons` what the
    biller has by subscription.
    """
    opened_on = first_day(month_number(closed_on) - MONTHS + 1)
    times: Counter[str] = Counter()
    took: Counter[str] = Counter()
    for row in churn:
        if not opened_on <= row["month"] <= closed_on:
            continue
        month = month_number(row["month"])
        left_on = [
            event["event_on"]
            for event in events[row["account_id"]]
            if month_number(event["event_on"]) == month and event["closing_arr"] == 0
        ]
        ended = [
            line
            for line in lines[row["account_id"]]
            if line["valid_to"] == max(left_on)
        ]
        reason = _said(ended, reasons)
        times[reason] += 1
        took[reason] += row["churned_arr"]
    all_churn = sum(took.values(), Decimal(0))
    for reason, accounts in times.items():
        yield {
            "churn_reason": reason,
            "churned_accounts": accounts,
            "churned_arr": took[reason],
            "churned_arr_share": rate(took[reason], all_churn),
        }


def _said(ended: Iterable[Row], reasons: Mapping[str, str | None]) -> str:
    """Return the reason of most of the ARR of lines that ended together."""
    weights: Counter[str] = Counter()
    for line in ended:
        reason = reasons.get(line["subscription_id"])
        if reason is not None:
            weights[reason] += line["arr"]
    return min(weights, key=lambda one: (-weights[one], one), default="not_given")
