"""Month by month: opening, movement, closing, and the company's waterfall."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from oracle.arithmetic import first_day, last_day, month_number
from oracle.lines import Line, Stretch, Valuation
from oracle.raw import UNASSIGNED, Account, Known

MOVEMENT_COLUMNS = {
    "new": "new_arr",
    "reactivation": "reactivation_arr",
    "expansion": "expansion_arr",
    "contraction": "contraction_arr",
    "churn": "churned_arr",
    "paused": "paused_arr",
    "resumed": "resumed_arr",
}
AMOUNTS = ("opening_arr", "closing_arr", *MOVEMENT_COLUMNS.values(), "fx_arr")
COUNTS = (
    "opening_accounts",
    "new_accounts",
    "reactivated_accounts",
    "churned_accounts",
    "closing_accounts",
)


@dataclass
class History:
    """One account of the ledger, seen at every month's end.

    `closings` and `families` hold cents; a month that is absent is 0.
    """

    account_id: str
    account: Account
    is_matched: bool
    days_with_arr: list[int]
    stretch: Stretch
    lines_at: dict[int, list[Line]]
    closings: dict[int, int]
    families: dict[int, dict[str, int]]

    def closing(self, month: int) -> int:
        """Return the ARR at a month's end."""
        return self.closings.get(month, 0)

    def is_paused_on(self, day: int) -> bool:
        """Say whether a pause took the last ARR before a day and is on that day."""
        last = max(held for held in self.days_with_arr if held <= day)
        return self.stretch.is_paused_away_on(last + 1) and self.stretch.has_pause_on(
            day
        )


@dataclass
class AccountMonth:
    """A row of `arr_monthly`, with its families and its frozen segments."""

    history: History
    month: int
    movement_type: str
    amounts: dict[str, int]
    family_amounts: dict[str, dict[str, int]]
    touch_tier: str
    csm_id: str
    is_partial: bool
    has_intra_month_churn: bool


class Calendar:
    """The months up to the as-of date, each with the day it is taken at."""

    def __init__(self, known: Known) -> None:
        self.today = known.today
        self.last_month = month_number(known.as_of)
        self.partial_month = (
            self.last_month if known.as_of < last_day(self.last_month) else None
        )

    def end(self, month: int) -> int:
        """Return the month's last day, or the as-of date inside it."""
        return min(last_day(month).toordinal(), self.today)


def history(
    account_id: str,
    stretch: Stretch,
    known: Known,
    calendar: Calendar,
    valuation: Valuation,
) -> History:
    """Add an account's lines up, day by day."""
    daily: Counter[int] = Counter()
    lines_at: dict[int, list[Line]] = defaultdict(list)
    closings: dict[int, int] = defaultdict(int)
    families: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in stretch.lines:
        stop = calendar.today + 1 if line.valid_to is None else line.valid_to
        day = line.valid_from
        while day < stop:
            month = _month_of(day)
            value = valuation.value(line, month)
            month_end = calendar.end(month)
            while day < stop and day <= month_end:
                daily[day] += value
                day += 1
            if line.holds_on(month_end):
                lines_at[month].append(line)
                closings[month] += value
                families[month][line.product.family] += value
    return History(
        account_id=account_id,
        account=known.accounts.get(account_id, Account(account_id)),
        is_matched=account_id in known.accounts,
        days_with_arr=sorted(day for day, arr in daily.items() if arr > 0),
        stretch=stretch,
        lines_at=dict(lines_at),
        closings=dict(closings),
        families={month: dict(arr) for month, arr in families.items()},
    )


@cache
def _month_of(day: int) -> int:
    return month_number(date.fromordinal(day))


def tier_at(account: History, month: int, known: Known) -> str:
    """Return the touch tier by the account's own ARR at a month's end."""
    if not account.is_matched:
        return UNASSIGNED
    lines = account.lines_at.get(month, [])
    only_self_service = bool(lines) and all(li.product.is_self_service for li in lines)
    return known.policies.touch_tier(account.closing(month), only_self_service)


def movement_type(
    opening: int,
    closing: int,
    account: History,
    month: int,
    calendar: Calendar,
    reactivation_window_days: int | None,
) -> str:
    """Name the month's movement; the first true branch wins."""
    first = first_day(month).toordinal()
    if opening == 0 and closing > 0:
        before = [day for day in account.days_with_arr if day < first]
        if not before:
            return "new"
        if account.is_paused_on(first - 1):
            return "resumed"
        back_on = next(day for day in account.days_with_arr if day >= first)
        days_away = back_on - (before[-1] + 1)
        window = reactivation_window_days
        return "new" if window is not None and days_away > window else "reactivation"
    if opening > 0 and closing == 0:
        return "paused" if account.is_paused_on(calendar.end(month)) else "churn"
    if closing > opening:
        return "expansion"
    return "contraction" if closing < opening else "none"


def account_months(
    account: History, known: Known, calendar: Calendar, valuation: Valuation
) -> list[AccountMonth]:
    """Return an account's months, from its first ARR to the month after the last."""
    if not account.days_with_arr:
        return []
    first = _month_of(account.days_with_arr[0])
    last = min(_month_of(account.days_with_arr[-1]) + 1, calendar.last_month)
    months_with_arr = {_month_of(day) for day in account.days_with_arr}
    return [
        _account_month(
            account, month, month in months_with_arr, known, calendar, valuation
        )
        for month in range(first, last + 1)
    ]


def _account_month(
    account: History,
    month: int,
    has_arr_inside: bool,
    known: Known,
    calendar: Calendar,
    valuation: Valuation,
) -> AccountMonth:
    opening, closing = account.closing(month - 1), account.closing(month)
    # The opening lines at this month's rate: what is left after fx.
    revalued: dict[str, int] = defaultdict(int)
    for line in account.lines_at.get(month - 1, []):
        revalued[line.product.family] += valuation.value(line, month)
    kind = movement_type(
        sum(revalued.values()),
        closing,
        account,
        month,
        calendar,
        known.policies.reactivation_window_days,
    )
    family_amounts: dict[str, dict[str, int]] = {}
    opening_families = account.families.get(month - 1, {})
    closing_families = account.families.get(month, {})
    for family in {*opening_families, *closing_families}:
        before, after = opening_families.get(family, 0), closing_families.get(family, 0)
        if before or after:
            family_amounts[family] = _amounts(before, revalued[family], after, kind)
    owner_day = calendar.end(month - 1 if opening > 0 else month)
    return AccountMonth(
        history=account,
        month=month,
        movement_type=kind,
        amounts=_amounts(opening, sum(revalued.values()), closing, kind),
        family_amounts=family_amounts,
        touch_tier=tier_at(account, month - 1 if opening > 0 else month, known),
        csm_id=known.csm_on(account.account_id, owner_day),
        is_partial=month == calendar.partial_month,
        has_intra_month_churn=has_arr_inside and opening == 0 and closing == 0,
    )


def _amounts(opening: int, revalued: int, closing: int, kind: str) -> dict[str, int]:
    amounts = dict.fromkeys(AMOUNTS, 0)
    amounts["opening_arr"] = opening
    amounts["closing_arr"] = closing
    amounts["fx_arr"] = revalued - opening
    # `none` only books in a family: what one lost another gained, 0 in all.
    column = MOVEMENT_COLUMNS["expansion" if kind == "none" else kind]
    amounts[column] = closing - revalued
    return amounts


def arr_monthly_rows(months: Iterable[AccountMonth]) -> list[dict[str, object]]:
    """Return the mart `arr_monthly`."""
    return [
        {
            "account_id": month.history.account_id,
            "month": first_day(month.month),
            "movement_type": month.movement_type,
            **month.amounts,
            "opening_touch_tier": month.touch_tier,
            "is_partial": month.is_partial,
            "has_intra_month_churn": month.has_intra_month_churn,
        }
        for month in months
    ]


def arr_waterfall_rows(months: Iterable[AccountMonth]) -> list[dict[str, object]]:
    """Return the mart `arr_waterfall`: the months added up, slice by slice."""
    cells: dict[tuple[int, str, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys((*AMOUNTS, *COUNTS), 0)
    )
    partial: dict[int, bool] = {}
    for month in months:
        partial[month.month] = month.is_partial
        slices = {
            "all": "all",
            "touch_tier": month.touch_tier,
            "region": month.history.account.region,
            "industry": month.history.account.industry,
            "csm": month.csm_id,
        }
        for name, value in slices.items():
            _add(cells[month.month, name, value], month.amounts, month.movement_type)
        for family, amounts in month.family_amounts.items():
            cell = cells[month.month, "product_family", family]
            _add(cell, amounts, month.movement_type)
    return [
        {
            "month": first_day(month),
            "slice_name": name,
            "slice_value": value,
            **cell,
            "is_partial": partial[month],
        }
        for (month, name, value), cell in cells.items()
    ]


def _add(cell: dict[str, int], amounts: dict[str, int], kind: str) -> None:
    for column in AMOUNTS:
        cell[column] += amounts[column]
    cell["opening_accounts"] += amounts["opening_arr"] > 0
    cell["new_accounts"] += kind == "new"
    cell["reactivated_accounts"] += kind == "reactivation"
    cell["churned_accounts"] += kind == "churn"
    cell["closing_accounts"] += amounts["closing_arr"] > 0
