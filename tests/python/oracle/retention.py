"""Closed cohorts, point to point: `retention` and `retention_cohorts`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from oracle.arithmetic import first_day, last_day, ratio
from oracle.movements import Calendar, History, tier_at
from oracle.raw import Known

WINDOWS = (1, 3, 12)


@dataclass
class Cell:
    """Sums over the accounts of one cohort; money in cents."""

    base_accounts: int = 0
    retained_accounts: int = 0
    base_arr: int = 0
    current_arr: int = 0
    gross_retained_arr: int = 0
    low_water_arr: int = 0
    reactivated_arr: int = 0
    gross_retained_steady_arr: int = 0

    def add(self, levels: list[int]) -> None:
        """Count an account by its month-end levels, from `then` to `now`."""
        then, now = levels[0], levels[-1]
        self.base_accounts += 1
        self.retained_accounts += now > 0
        self.base_arr += then
        self.current_arr += now
        self.gross_retained_arr += min(then, now)
        self.low_water_arr += min(levels)
        if 0 in levels[1:-1]:
            self.reactivated_arr += now
        else:
            self.gross_retained_steady_arr += min(then, now)


def retention_rows(
    histories: Iterable[History],
    known: Known,
    calendar: Calendar,
    first_month: int | None,
) -> list[dict[str, object]]:
    """Return the mart `retention`; no rows when the ledger is empty."""
    if first_month is None:
        return []
    months = range(first_month, calendar.last_month + 1)
    cells: dict[tuple[int, int, str, str], Cell] = defaultdict(Cell)
    for month in months:
        for window in WINDOWS:
            cells[month, window, "all", "all"] = Cell()
    for account in histories:
        for then in range(first_month, calendar.last_month):
            if account.closing(then) > 0:
                _add_cohort_member(cells, account, then, known, calendar)
    return [
        _retention_row(month, window, name, value, cell)
        for (month, window, name, value), cell in cells.items()
    ]


def _add_cohort_member(
    cells: dict[tuple[int, int, str, str], Cell],
    account: History,
    then: int,
    known: Known,
    calendar: Calendar,
) -> None:
    """Count an account in every window that starts at the end of `then`."""
    segments = {
        "all": "all",
        "touch_tier": tier_at(account, then, known),
        "region": account.account.region,
        "industry": account.account.industry,
        "csm": known.csm_on(account.account_id, last_day(then).toordinal()),
    }
    for window in WINDOWS:
        now = then + window
        if now > calendar.last_month:
            continue
        levels = [account.closing(month) for month in range(then, now + 1)]
        for name, value in segments.items():
            cells[now, window, name, value].add(levels)
        for family, arr in account.families[then].items():
            if arr > 0:
                levels = [
                    account.families.get(month, {}).get(family, 0)
                    for month in range(then, now + 1)
                ]
                cells[now, window, "product_family", family].add(levels)


def _retention_row(
    month: int, window: int, name: str, value: str, cell: Cell
) -> dict[str, object]:
    base = cell.base_arr
    return {
        "as_of_month": first_day(month),
        "window_months": window,
        "slice_name": name,
        "slice_value": value,
        "base_accounts": cell.base_accounts,
        "retained_accounts": cell.retained_accounts,
        "base_arr": base,
        "current_arr": cell.current_arr,
        "gross_retained_arr": cell.gross_retained_arr,
        "low_water_arr": cell.low_water_arr,
        "reactivated_arr": cell.reactivated_arr,
        "nrr": ratio(cell.current_arr, base),
        "grr": ratio(cell.gross_retained_arr, base),
        "logo_retention": ratio(cell.retained_accounts, cell.base_accounts),
        "nrr_excluding_reactivated": ratio(
            cell.current_arr - cell.reactivated_arr, base
        ),
        "grr_excluding_reactivated": ratio(cell.gross_retained_steady_arr, base),
        "grr_low_water": ratio(cell.low_water_arr, base),
    }


def retention_cohort_rows(
    histories: Iterable[History], calendar: Calendar
) -> list[dict[str, object]]:
    """Return the mart `retention_cohorts`."""
    cells: dict[tuple[int, str, str, int], Cell] = defaultdict(Cell)
    for account in histories:
        with_arr = [month for month, arr in account.closings.items() if arr > 0]
        if not with_arr:
            continue
        start = min(with_arr)
        for age in range(calendar.last_month - start + 1):
            levels = [account.closing(start), account.closing(start + age)]
            for name, value in _cohort_slices(account):
                cells[start, name, value, age].add(levels)
    return [
        {
            "cohort_month": first_day(start),
            "slice_name": name,
            "slice_value": value,
            "age_months": age,
            "cohort_accounts": cell.base_accounts,
            "active_accounts": cell.retained_accounts,
            "cohort_arr": cell.base_arr,
            "current_arr": cell.current_arr,
            "gross_retained_arr": cell.gross_retained_arr,
            "nrr": ratio(cell.current_arr, cell.base_arr),
            "grr": ratio(cell.gross_retained_arr, cell.base_arr),
            "logo_retention": ratio(cell.retained_accounts, cell.base_accounts),
            "is_complete": start + age != calendar.partial_month,
        }
        for (start, name, value, age), cell in cells.items()
    ]


def _cohort_slices(account: History) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "region", account.account.region
    yield "industry", account.account.industry
