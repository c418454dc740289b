"""Why customers left, as the biller has it: whom and what each reason took.

Readings of the mart's columns: churn is what arr_events calls so, dated in the last
twelve whole months. Its reason is that of most of the ARR which ended on its day, the
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
    events: Mapping[str, Sequence[Row]],
    lines: Mapping[str, Sequence[Row]],
    reasons: Mapping[str, str | None],
    closed_on: date,
) -> Iterator[Row]:
    """Yield the rows of revenue.churn_reasons.

    `events` are rows of revenue.arr_events, `lines` of revenue.arr_lines, by account,
    and `reasons` what the biller has by subscription.
    """
    opened_on = first_day(month_number(closed_on) - MONTHS + 1)
    times: Counter[str] = Counter()
    took: Counter[str] = Counter()
    churns = [
        (account_id, event)
        for account_id, history in events.items()
        for event in history
        if event["movement_type"] == "churn"
        and opened_on <= event["event_on"] <= closed_on
    ]
    for account_id, event in churns:
        ended = [
            line
            for line in lines.get(account_id, [])
            if line["valid_to"] == event["event_on"]
        ]
        reason = _said(ended, reasons)
        times[reason] += 1
        took[reason] += event["delta_arr"]
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
