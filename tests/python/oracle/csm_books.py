"""What each CSM has to look after, and what nobody does.

Readings of the columns' descriptions:

- A CSM has a row who works on the as-of date, owns a customer, or is still named by an
  open intervention: it is that of who owned the account when it opened, and with a
  CSM who has left it would be in nobody's book. Nobody has one always.
- Rows add up to the company's open interventions and terms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.bands import BANDS
from oracle.health import Row

UNASSIGNED = "unassigned"
_RENEWAL_DAYS = 90


@dataclass
class Book:
    """What is a CSM's; `renewals` are open terms."""

    accounts: list[Row] = field(default_factory=list)
    interventions: list[Row] = field(default_factory=list)
    renewals: list[Row] = field(default_factory=list)


def books(
    accounts: Iterable[Row], interventions: Iterable[Row], renewals: Iterable[Row]
) -> Mapping[str, Book]:
    """Return by CSM the customers, open interventions and open terms there are."""
    found: dict[str, Book] = defaultdict(Book)
    for name, rows in (
        ("accounts", accounts),
        ("interventions", interventions),
        ("renewals", renewals),
    ):
        for row in rows:
            getattr(found[row["csm_id"] or UNASSIGNED], name).append(row)
    return found


def rows(
    held: Mapping[str, Book],
    csms: Mapping[str, Row],
    months: Mapping[str, Row],
    scorecards: Mapping[str, Row],
    touchpoints: Mapping[str, Row],
) -> list[dict[str, Any]]:
    """Return the rows of `csm_books`.

    `csms`, `months` (of `csm_capacity`) and `scorecards` are those of the as-of date by
    CSM, `touchpoints` by account.
    """
    present = {csm_id for csm_id, row in months.items() if row["is_present_at_close"]}
    return [
        {
            "csm_id": csm_id,
            **_person(csm_id, csms),
            "utilisation": months.get(csm_id, {}).get("utilisation"),
            **{name: scorecards.get(csm_id, {}).get(name) for name in ("nrr", "grr")},
            **_book(held.get(csm_id, Book()), touchpoints),
        }
        for csm_id in {*present, *held, UNASSIGNED}
    ]


def _person(csm_id: str, csms: Mapping[str, Row]) -> dict[str, Any]:
    row = csms.get(csm_id, {"csm_name": csm_id, "team": None, "touch_model": None})
    return {name: row[name] for name in ("csm_name", "team", "touch_model")}


def _book(book: Book, touchpoints: Mapping[str, Row]) -> dict[str, Any]:
    met = [touchpoints[row["account_id"]] for row in book.accounts]
    soon = [row for row in book.renewals if row["days_to_term_end"] <= _RENEWAL_DAYS]
    found: dict[str, Any] = {
        "accounts": len(book.accounts),
        "arr": _arr(book.accounts),
        "touchpoints_overdue": sum((row["overdue_days"] or 0) > 0 for row in met),
        "reviews_overdue": sum((row["qbr_overdue_days"] or 0) > 0 for row in met),
        "open_interventions": len(book.interventions),
        "overdue_interventions": sum(row["is_overdue"] for row in book.interventions),
        "overdue_untouched": sum(
            row["is_overdue_untouched"] for row in book.interventions
        ),
        "renewals_90_days": len(soon),
        "renewal_arr_90_days": _arr(soon, "arr_up_for_renewal"),
        "at_risk_arr_90_days": _arr(
            [row for row in soon if row["is_at_risk"]], "arr_up_for_renewal"
        ),
    }
    for band in BANDS:
        banded = [
            row for row in book.accounts if (row["health_band"] or "unscored") == band
        ]
        found[f"{band}_accounts"] = len(banded)
        found[f"{band}_arr"] = _arr(banded)
    return found


def _arr(rows: Sequence[Row], column: str = "arr") -> Any:
    return sum(row[column] for row in rows)
