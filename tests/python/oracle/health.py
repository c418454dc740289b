"""The health score worked out a second time, from what was measured of each week.

Readings of `definitions.md` and DECISIONS H3 to H7:

- A segment's row of a seed is its most specific one: a tier's own before a stage's own,
  either before `all`.
- Points are rounded to two places, a dimension's average to six, the score to two, an
  exact half upwards.
- Contributions are cumulated over dimensions by position, within one over drivers by
  name.
- A reading is one week; a band is adopted when it and the `dwell` readings before it
  agree, or when there was none the week before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import rounded

# A row by column, as it was read.
Row = Mapping[str, Any]

_WEEK = timedelta(weeks=1)
_COMPARISONS = {
    "more than": lambda value, threshold: value > threshold,
    "at least": lambda value, threshold: value >= threshold,
    "less than": lambda value, threshold: value < threshold,
    "at most": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True)
class HealthPolicies:
    """Rows of the policy seeds, and the two switches that a score reads.

    `tiers` are those that have a policy; in any other nothing weighs. `known_on` says
    for a measure which column holds the day its value was last known; one without is
    known every week.
    """

    tiers: Collection[str]
    drivers: Sequence[Row]
    dimensions: Sequence[Row]
    caps: Sequence[Row]
    bands: Sequence[Row]
    overrides: Sequence[Row]
    known_on: Mapping[str, str]
    dwell: int = 1
    minimum_coverage: Fraction = Fraction(1, 10)

    def segment(self, tier: str, stage: str) -> Segment:
        """Return what weighs in a tier and stage."""
        if tier not in self.tiers:
            return Segment({}, {})
        dimensions = _most_specific(self.dimensions, "dimension", tier, stage)
        drivers = _most_specific(self.drivers, "driver", tier, stage)
        in_order = sorted(
            dimensions.values(), key=lambda row: (row["position"], row["dimension"])
        )
        return Segment(
            {row["dimension"]: row["weight"] for row in in_order},
            {name: drivers[name] for name in sorted(drivers)},
        )


@dataclass(frozen=True)
class Segment:
    """What a touch tier and stage weighs: dimensions by position, drivers by name."""

    dimensions: Mapping[str, int]
    drivers: Mapping[str, Row]

    def weight(self, driver: str) -> int:
        """Return what a driver weighs within its dimension."""
        row = self.drivers[driver]
        return row["weight"] if self.dimensions[row["dimension"]] else 0


@dataclass
class Driver:
    """One driver of one account and week."""

    dimension: str
    raw_value: Fraction | None
    points: Fraction | None
    status: str
    policy_weight: int
    weight: Fraction = Fraction(0)
    contribution: Fraction = Fraction(0)


@dataclass
class Week:
    """One account's health in one week; `band` is what its history makes of it."""

    coverage: Fraction
    driver_score: Fraction | None
    score: Fraction | None
    raw_band: str
    has_cap: bool
    is_overridden: bool
    # The cap that lowers the score.
    cap: str | None
    drivers: dict[str, Driver] = field(default_factory=dict)
    band: str = ""


def history(weeks: Sequence[Row], policies: HealthPolicies) -> list[Week]:
    """Return what one account's weeks, in their order, come to.

    Each is a row of account_id, week, taken_on, touch_tier, stage_by_age and one column
    a measure.
    """
    scored = [_week(row, policies) for row in weeks]
    for number, week in enumerate(scored):
        earlier = scored[:number]
        was_away = number and weeks[number]["week"] - weeks[number - 1]["week"] > _WEEK
        if was_away or _is_adopted(week, earlier, policies.dwell):
            week.band = week.raw_band
        else:
            week.band = earlier[-1].band
    return scored


def _is_adopted(week: Week, earlier: Sequence[Week], dwell: int) -> bool:
    at_once = week.is_overridden or week.has_cap or week.raw_band == "unscored"
    if not earlier or at_once or earlier[-1].raw_band == "unscored":
        return True
    lately = [*earlier, week][-dwell - 1 :]
    return len(lately) > dwell and len({one.raw_band for one in lately}) == 1


def _most_specific(
    rows: Sequence[Row], key: str, tier: str, stage: str
) -> dict[str, Row]:
    chosen: dict[str, Row] = {}
    fitting = [
        row
        for row in rows
        if row["touch_tier"] in ("all", tier)
        and row["lifecycle_stage"] in ("all", stage)
    ]
    # The most specific comes last, and stays.
    for row in sorted(
        fitting,
        key=lambda row: (row["touch_tier"] != "all", row["lifecycle_stage"] != "all"),
    ):
        chosen[row[key]] = row
    return chosen


def _week(row: Row, policies: HealthPolicies) -> Week:
    segment = policies.segment(row["touch_tier"], row["stage_by_age"])
    can_cap = {cap["driver"] for cap in policies.caps}
    drivers = {
        name: _driver(row, name, segment, policies)
        for name in segment.drivers
        if segment.weight(name) or name in can_cap
    }
    averages = _averages(drivers, segment)
    present = sum(segment.dimensions[name] for name in averages)
    coverage = _coverage(drivers, segment)
    driver_score = None
    if present and coverage >= policies.minimum_coverage:
        points = sum(
            average * segment.dimensions[name] for name, average in averages.items()
        )
        driver_score = rounded(points / present, 2)
        _contribute(drivers, averages, segment, present)
    holding = sorted(
        (cap["ceiling"], cap["cap"], cap["driver"])
        for cap in policies.caps
        if holds(cap, row, policies)
    )
    score, cap = driver_score, None
    if holding and driver_score is not None and driver_score > holding[0][0]:
        ceiling, cap, capping = holding[0]
        score = Fraction(ceiling)
        drivers[capping].status = "capped"
        drivers[capping].contribution += score - driver_score
    override = _override(row, policies)
    band = None
    if override is not None:
        limited, band = score, override["band"]
        if override["score"] is not None:
            score = Fraction(override["score"])
        if score is not None:
            drivers["override"] = Driver("override", None, None, "scored", 0)
            drivers["override"].contribution = score - (limited or 0)
    return Week(
        coverage=coverage,
        driver_score=driver_score,
        score=score,
        raw_band=band or _band(score, row["touch_tier"], policies),
        has_cap=bool(holding) and driver_score is not None,
        is_overridden=override is not None,
        cap=cap,
        drivers=drivers,
    )


def _driver(row: Row, name: str, segment: Segment, policies: HealthPolicies) -> Driver:
    policy = segment.drivers[name]
    held = row[name]
    value = None if held is None else Fraction(held)
    status = "scored"
    if value is None:
        status = "missing"
    elif _is_stale(row, name, policy["stale_after_days"], policies):
        status = "stale"
    points = None
    if status == "scored":
        at_0, at_100 = Fraction(policy["value_at_0"]), Fraction(policy["value_at_100"])
        share = (value - at_0) / (at_100 - at_0)
        points = 100 * rounded(min(max(share, Fraction(0)), Fraction(1)), 4)
    return Driver(policy["dimension"], value, points, status, segment.weight(name))


def _is_stale(
    row: Row, measure: str, after_days: int | None, policies: HealthPolicies
) -> bool:
    column = policies.known_on.get(measure)
    known_on: date | None = row[column] if column else row["taken_on"]
    if after_days is None or known_on is None:
        return False
    return (row["taken_on"] - known_on).days > after_days


def _counting(drivers: Mapping[str, Driver], dimension: str) -> Iterator[Driver]:
    for driver in drivers.values():
        is_known = driver.points is not None and driver.policy_weight
        if is_known and driver.dimension == dimension:
            yield driver


def _averages(drivers: Mapping[str, Driver], segment: Segment) -> dict[str, Fraction]:
    """Return the average points of each dimension of which something is known."""
    found = {}
    for dimension in segment.dimensions:
        counting = list(_counting(drivers, dimension))
        if counting:
            weight = sum(driver.policy_weight for driver in counting)
            points = sum(driver.points * driver.policy_weight for driver in counting)
            found[dimension] = rounded(Fraction(points, weight), 6)
    return found


def _coverage(drivers: Mapping[str, Driver], segment: Segment) -> Fraction:
    """Return the part of all weights of which something is known."""
    known, whole = Fraction(0), 0
    for dimension, weight in segment.dimensions.items():
        names = [
            name
            for name, row in segment.drivers.items()
            if row["dimension"] == dimension
        ]
        all_drivers = sum(segment.weight(name) for name in names)
        if not all_drivers:
            continue
        whole += weight
        counting = sum(one.policy_weight for one in _counting(drivers, dimension))
        known += rounded(Fraction(weight * counting, all_drivers), 6)
    return rounded(known / whole, 6) if whole else Fraction(0)


def _contribute(
    drivers: Mapping[str, Driver],
    averages: Mapping[str, Fraction],
    segment: Segment,
    present: int,
) -> None:
    """Give each driver its share of the weights and of the points."""
    before, so_far = Fraction(0), Fraction(0)
    for dimension, average in averages.items():
        counting = list(_counting(drivers, dimension))
        whole = sum(driver.policy_weight for driver in counting)
        weight, points = segment.dimensions[dimension], Fraction(0)
        for driver in counting:
            points += driver.points * driver.policy_weight
            until = before + weight * rounded(points / whole, 6)
            driver.contribution = rounded(until / present, 2) - rounded(
                so_far / present, 2
            )
            so_far = until
            share = Fraction(weight * driver.policy_weight, whole * present)
            driver.weight = 100 * rounded(share, 6)
        before += weight * average


def holds(cap: Row, row: Row, policies: HealthPolicies) -> bool:
    """Tell whether a cap holds, by a row of what was measured."""
    if cap["touch_tier"] not in ("all", row["touch_tier"]):
        return False
    value = row[cap["measure"]]
    if value is None or _is_stale(
        row, cap["measure"], cap["stale_after_days"], policies
    ):
        return False
    return _COMPARISONS[cap["comparison"]](Fraction(value), Fraction(cap["threshold"]))


def _override(row: Row, policies: HealthPolicies) -> Row | None:
    for override in policies.overrides:
        is_in_force = override["valid_from"] <= row["taken_on"] < override["expires_on"]
        if override["account_id"] == row["account_id"] and is_in_force:
            return override
    return None


def _band(score: Fraction | None, tier: str, policies: HealthPolicies) -> str:
    """Return the band of a score: by its tier's own edges, where it has some."""
    if score is None:
        return "unscored"
    for owner in (tier, "all"):
        for band in policies.bands:
            if band["touch_tier"] == owner and (
                band["score_from"] <= score < band["score_below"]
            ):
                return band["band"]
    raise AssertionError(f"no band has {score}")
