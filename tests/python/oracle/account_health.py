"""Whom to worry about, and why, in words.

Readings of DECISIONS H3 to H7, I2, R2 and of the columns' descriptions:

- Points lost are what is missing to 100, by the driver's weight in the score, rounded
  to two places; equal ones are told by the drivers' names.
- A driver goes well from the lower edge of green on, unless it caps or is named for
  what it costs.
- What changed is what a driver gives now less what it gave four weeks ago, by the last
  week that was over then; one that did not weigh then has not changed.
- A band had to hold before it was given. So why an account moved is what drivers gave
  in the week that gave the band, less what they gave in the last week before it whose
  score alone spoke for another.
- A cap speaks for its driver, the lowest ceiling first. Where there is no score there
  is nothing to explain.
- A band begins anew with the first score after weeks without one: who left or paused
  had none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import add_months, half_away_from_zero, rounded, week_ago
from oracle.health import HealthPolicies, Row, holds

_WEEK = timedelta(weeks=1)
_MOST = 6
_GOES_WELL = 75
_NO_CAP = 100
_ONBOARDING_DAYS = 90
_KEPT = (
    "taken_on", "score", "band", "raw_band", "coverage", "override_reason",
    "touch_tier", "policy_version",
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """One thing worth saying; those with a lower `first` speak before all others."""

    words: str
    driver: str
    topic: str
    points: Fraction
    first: int = _NO_CAP

    def place(self) -> tuple[int, Fraction, str]:
        """Return what orders reasons."""
        return self.first, -self.points, self.driver


@dataclass(frozen=True)
class Account:
    """One customer's rows by the marts that their names say, and its contacts' facts.

    `score` is that of the as-of date, `scores` are all in order. `drivers` are those of
    the same week by name, `drivers_before` those of four weeks ago, `drivers_moved` of
    the two weeks of its move, in order; empty where it has none. `measures` are what
    only caps read.
    """

    row: Row
    owner: Row | None
    arr: Any
    started_on: date
    score: Row
    scores: Sequence[Row]
    drivers: Mapping[str, Row]
    drivers_before: Mapping[str, Row]
    drivers_moved: tuple[Mapping[str, Row], Mapping[str, Row]]
    measures: Mapping[str, Any]
    interventions: Sequence[Row]

    @property
    def stage(self) -> str:
        """Its stage by age, whatever its renewal."""
        taken_on = self.score["taken_on"]
        if (taken_on - self.started_on).days <= _ONBOARDING_DAYS:
            return "onboarding"
        is_young = taken_on < add_months(self.started_on, 12)
        return "adoption" if is_young else "growth"


def account_health(
    account: Account, policies: HealthPolicies, least: int, kept: int
) -> dict[str, Any]:
    """Return a customer's row of `account_health`.

    `least` are the points from which on something is worth saying, `kept` the weeks of
    which scores are kept.
    """
    score = account.score
    caps = _caps(account, policies)
    limiting = [cap for cap in caps if cap["cap"] == score["cap"]]
    down = up = changed = moved = None
    if score["score"] is not None:
        policy = policies.segment(score["touch_tier"], account.stage).drivers
        down = _in_words(_of_each_topic(_down(account, policy, caps, least)))
        up = _in_words(_of_each_topic(_up(account, policy, caps, least)))
        spans = (account.drivers_before, account.drivers), account.drivers_moved
        changed, moved = (
            _in_words(_changes(account, policy, least, *span)) for span in spans
        )
    is_open = [row for row in account.interventions if row["is_open"]]
    by_rank = sorted(is_open, key=lambda row: row["trigger_rank"])
    return {
        **{name: score[name] for name in _KEPT},
        "account_name": account.row["account_name"] or account.row["account_id"],
        "csm_id": account.owner and account.owner["csm_id"],
        "csm_name": account.owner and account.owner["csm_name"],
        "arr": account.arr,
        **_band_history(account.scores),
        **_four_weeks_ago(account.scores, kept),
        "cap_reason": limiting[0]["words"] if limiting else None,
        "drivers_down": down,
        "drivers_up": up,
        "what_changed": changed,
        "why_moved": moved,
        "open_interventions": len(is_open),
        "open_triggers": "; ".join(row["trigger"] for row in by_rank) or None,
        **_due(is_open, score["taken_on"]),
        "priority": max((row["priority"] for row in is_open), default=None),
    }


def _due(interventions: Sequence[Row], as_of: date) -> dict[str, Any]:
    """Return since when one is overdue, and by when the next one is due."""
    days = sorted(row["due_on"] for row in interventions)
    return {
        "overdue_since": next((day for day in days if day < as_of), None),
        "next_due_on": next((day for day in days if day >= as_of), None),
    }


def _band_history(scores: Sequence[Row]) -> dict[str, Any]:
    """Return since when the band holds, and the one before it."""
    since, previous = _start(scores)
    return {"band_since": since["taken_on"], "previous_band": previous}


def move(scores: Sequence[Row]) -> tuple[date, date] | None:
    """Return the two weeks that say why an account moved into the band it has.

    The last whose score alone spoke for another, and the one that gave the band; None
    for who had no other band.
    """
    since, previous = _start(scores)
    other = [
        row["week"]
        for row in scores
        if row["week"] < since["week"] and row["raw_band"] != since["band"]
    ]
    return (other[-1], since["week"]) if previous is not None and other else None


def _start(scores: Sequence[Row]) -> tuple[Row, str | None]:
    """Return the score that gave the band, and the band before it."""
    since = scores[-1]
    for earlier in reversed(scores[:-1]):
        if earlier["week"] != since["week"] - _WEEK:
            break
        if earlier["band"] != since["band"]:
            return since, earlier["band"]
        since = earlier
    return since, None


def _four_weeks_ago(scores: Sequence[Row], kept: int) -> dict[str, Any]:
    """Return the band of four weeks ago, and how far the score went since."""
    now = scores[-1]
    week = week_ago(now["taken_on"], 4)
    then = next((row for row in scores if row["week"] == week), None)
    change = None
    if then is not None and None not in (then["score"], now["score"]):
        change = now["score"] - then["score"]
    band = then["band"] if then else "joined"
    is_kept = now["week"] - week < kept * _WEEK
    return {
        "band_4_weeks_ago": band if is_kept else None,
        "change_4_weeks": change,
    }


def _caps(account: Account, policies: HealthPolicies) -> list[dict[str, Any]]:
    """Return the caps that hold, in words, lowest ceiling first."""
    row = {
        **dict.fromkeys(cap["measure"] for cap in policies.caps),
        **{name: driver["raw_value"] for name, driver in account.drivers.items()},
        **account.measures,
        "touch_tier": account.score["touch_tier"],
        "taken_on": account.score["taken_on"],
    }
    held = [cap for cap in policies.caps if holds(cap, row, policies)]
    return [
        {**cap, "words": _filled_in(cap["words"], row[cap["measure"]], cap["shown_as"])}
        for cap in sorted(held, key=lambda cap: (cap["ceiling"], cap["cap"]))
    ]


def _lost(driver: Row) -> Fraction:
    """Return the points that a driver costs; none where it is not scored."""
    if driver["points"] is None:
        return Fraction(0)
    return (100 - Fraction(driver["points"])) * Fraction(driver["weight"]) / 100


def _down(
    account: Account, policy: Mapping[str, Row], caps: Sequence[Row], least: int
) -> Iterable[Reason]:
    """Yield what costs points, and the caps that hold."""
    for name, driver in account.drivers.items():
        lost = _lost(driver)
        capping = [cap for cap in caps if cap["driver"] == name]
        topic, points = policy[name]["topic"], rounded(lost, 2)
        if capping:
            yield Reason(
                capping[0]["words"], name, topic, points, capping[0]["ceiling"]
            )
        elif lost >= least:
            words = _filled_in(
                policy[name]["words_down"],
                driver["raw_value"],
                policy[name]["shown_as"],
            )
            yield Reason(words, name, topic, points)


def _up(
    account: Account, policy: Mapping[str, Row], caps: Sequence[Row], least: int
) -> Iterable[Reason]:
    """Yield what goes well."""
    capping = {cap["driver"] for cap in caps}
    for name, driver in account.drivers.items():
        given = Fraction(driver["contribution"])
        goes_well = driver["points"] is not None and driver["points"] >= _GOES_WELL
        named = name in capping or _lost(driver) >= least
        if goes_well and given >= least and not named:
            words = _filled_in(
                policy[name]["words_up"], driver["raw_value"], policy[name]["shown_as"]
            )
            yield Reason(words, name, policy[name]["topic"], given)


def _changes(
    account: Account,
    policy: Mapping[str, Row],
    least: int,
    before: Mapping[str, Row],
    after: Mapping[str, Row],
) -> Iterable[Reason]:
    """Yield what gives more or less in a week than in one before it."""
    for name in account.drivers.keys() & before.keys() & after.keys():
        change = after[name]["contribution"] - before[name]["contribution"]
        if abs(change) >= least:
            label = policy[name]["label"]
            yield Reason(f"{label} {change:+.2f}", name, name, Fraction(abs(change)))


def _of_each_topic(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """Return the one of each topic that speaks for it."""
    first: dict[str, Reason] = {}
    for reason in sorted(reasons, key=Reason.place):
        first.setdefault(reason.topic, reason)
    return first.values()


def _in_words(reasons: Iterable[Reason]) -> str | None:
    told = sorted(reasons, key=Reason.place)[:_MOST]
    return "; ".join(reason.words for reason in told) or None


def _filled_in(words: str, value: Any, shown_as: str) -> str:
    """Return words with their figure, without a sign and as a whole number."""
    shown: dict[str, Callable[[Fraction], Fraction]] = {
        "percent": lambda number: 100 * number,
        "whole": lambda number: number,
    }
    text = ""
    if value is not None and shown_as in shown:
        text = str(half_away_from_zero(shown[shown_as](abs(Fraction(value)))))
    return words.replace("{value}", text)
