"""Where customers stood by health band, week by week, and where they went since.

Readings of the columns' descriptions:

- A window opens with the last weekly score that is as old as it is long. One that is
  older than the scores that are kept compares with nothing.
- Who was no customer then, or is none now, has no score that week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from oracle.arithmetic import ratio, week_ago
from oracle.health import Row

WINDOWS = (4, 13)
BANDS = ("green", "yellow", "red", "unscored")


def migrations(
    now: Mapping[str, Row], earlier: Mapping[int, Mapping[str, Row]], as_of: date
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `band_migrations`.

    `now` are the current scores by account, `earlier` those of the kept weeks that
    windows open with, by the window's weeks.
    """
    for weeks, then in earlier.items():
        went: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
        for account_id in {*then, *now}:
            was, is_now = then.get(account_id), now.get(account_id)
            way = (
                was["band"] if was else "joined",
                is_now["band"] if is_now else "left",
            )
            went[way].append((is_now or was or {})["arr"])
        for (from_band, to_band), amounts in went.items():
            yield {
                "window_weeks": weeks,
                "compared_with": week_ago(as_of, weeks) + timedelta(days=6),
                "from_band": from_band,
                "to_band": to_band,
                "accounts": len(amounts),
                "arr": sum(amounts),
            }


def is_attended(interventions: Iterable[Row], day: date) -> bool:
    """Say whether any of an account's interventions was open at the end of a day."""
    return any(
        row["opened_on"] <= day and (row["closed_on"] is None or row["closed_on"] > day)
        for row in interventions
    )


def shares(alike: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `band_shares`.

    `alike` are scores by week (and its taken_on and is_current), touch_tier, band,
    coverage and `is_attended` (see `is_attended`): how many `accounts` have these, and
    their `arr`.
    """
    slices: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in alike:
        for tier in ("all", row["touch_tier"]):
            week = (row["week"], row["taken_on"], row["is_current"])
            slices[(*week, tier)].append(row)
    for (week, taken_on, is_current, tier), rows in slices.items():
        accounts = sum(row["accounts"] for row in rows)
        arr = sum(row["arr"] for row in rows)
        known = sum(row["coverage"] * row["accounts"] for row in rows)
        found = {
            "week": week,
            "taken_on": taken_on,
            "is_current": is_current,
            "touch_tier": tier,
            "accounts": accounts,
            "arr": arr,
            "coverage": ratio(known, accounts),
        }
        for band in BANDS:
            banded = [row for row in rows if row["band"] == band]
            found[f"{band}_accounts"] = sum(row["accounts"] for row in banded)
            found[f"{band}_arr"] = sum(row["arr"] for row in banded)
            found[f"{band}_arr_share"] = ratio(found[f"{band}_arr"], arr)
        alone = [row for row in rows if row["band"] == "red" and not row["is_attended"]]
        found["red_unattended_accounts"] = sum(row["accounts"] for row in alone)
        found["red_unattended_arr"] = sum(row["arr"] for row in alone)
        scored = accounts - found["unscored_accounts"]
        yield {**found, "scored_share": ratio(scored, accounts)}
