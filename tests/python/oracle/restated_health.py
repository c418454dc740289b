"""Which scores of weeks that were over are other ones than an earlier generation's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from oracle.health import Row

_SIX_DAYS = timedelta(days=6)
Scores = Mapping[tuple[str, date], Row]


def restatements(
    earlier: Iterable[Row], now: Iterable[Row]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `health_restatements` from two generations of `health_scores`.

    A week is over on its Sunday; a running one's score is no statement about it.
    """
    was, is_now = _over(earlier), _over(now)
    weeks = {week for _, week in was} & {week for _, week in is_now}
    for account_id, week in {*was, *is_now}:
        before, after = was.get((account_id, week)), is_now.get((account_id, week))
        scores = [row and row["score"] for row in (before, after)]
        bands = [row["raw_band"] if row else "none" for row in (before, after)]
        if week not in weeks or (scores[0] == scores[1] and bands[0] == bands[1]):
            continue
        yield {
            "account_id": account_id,
            "week": week,
            "earlier_score": scores[0],
            "score": scores[1],
            "restated_points": None if None in scores else scores[1] - scores[0],
            "earlier_band": bands[0],
            "band": bands[1],
            "main_reason": _reason(before, after),
        }


def _over(rows: Iterable[Row]) -> Scores:
    return {
        (row["account_id"], row["week"]): row
        for row in rows
        if row["taken_on"] == row["week"] + _SIX_DAYS
    }


def _reason(before: Row | None, after: Row | None) -> str:
    if before is None:
        return "became a customer then"
    if after is None:
        return "was no customer then"
    if before["policy_version"] != after["policy_version"]:
        return "policy"
    if before["coverage"] == after["coverage"]:
        return "late fact"
    grew = before["coverage"] < after["coverage"]
    return "more is known" if grew else "less is known"
