"""What becomes of a run of a trigger: whose it is, by when, how it ends, how it ranks.

Readings of DECISIONS I1, I3, I4 and of the columns' descriptions:

- A run of an expansion trigger that begins less than its quiet days after ARR grew
  opens when these are over, if it lasts as long; growth meanwhile makes it quiet anew,
  growth on its first day is growth before it.
- It closes on the first of: the run's end; for an expansion, growth after its first
  day, or the loss of a sale that began on that day or later; its time is over.
- Churned is without ARR on the day of closing, unless a pause took the last of it.
- A reading of use and a score hold for a week, the score of the as-of date for good.
- Use is won back by what is read on the day on which the fall is over, against the
  level before of the first day; where nothing is read, nothing says that it was lost.
- The next end of a term is the first that is not settled; one that has passed is as
  near as can be.
- Nothing is recovered whose condition holds on the day of closing, for an account that
  the trigger was meant for until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import add_months, ratio, rounded
from oracle.health import Row

_DAY = timedelta(days=1)
_FOLLOW_UP = timedelta(days=7)
_LEAST_NEAR = Fraction(1, 10)


@dataclass(frozen=True)
class Held:
    """One account's rows, as staged or built by the models that their names say.

    `sales` are those to expand: created_on, closed_on and is_won. `readings` are weeks
    of use that are over: valid_from, valid_to, users and users_before; `scores`'
    valid_to is None for that of the as-of date.
    """

    states: Sequence[Row]
    events: Sequence[Row]
    scores: Sequence[Row]
    terms: Sequence[Row]
    touches: Sequence[Row]
    sales: Sequence[Row]
    owners: Sequence[Row]
    readings: Sequence[Row]
    conditions: Sequence[Row]

    def state_on(self, day: date) -> Row:
        """Return ARR and tier of a day."""
        return _on(self.states, day) or {"arr": 0, "touch_tier": None}

    def owner_on(self, day: date) -> str | None:
        """Return who owned the account on a day."""
        owner = _on(self.owners, day)
        return owner["csm_id"] if owner else None

    def grew_on(self) -> list[date]:
        """Return the days on which ARR grew."""
        return [
            event["event_on"]
            for event in self.events
            if event["movement_type"] == "expansion"
        ]


def _on(periods: Iterable[Row], day: date) -> Row | None:
    for period in periods:
        if period["valid_from"] <= day < (period["valid_to"] or date.max):
            return period
    return None


def intervention(
    run: Row,
    held: Held,
    policy: Row,
    days_to_act: Mapping[tuple[str, str], int],
    half_arr: int,
    as_of: date,
) -> dict[str, Any] | None:
    """Return what a run opens; None for nothing. `half_arr` ranks in the middle."""
    opened_on = _opened_on(run, held, policy)
    if opened_on > as_of or (
        opened_on > run["opened_on"] and opened_on >= (run["holds_until"] or date.max)
    ):
        return None
    run = {**run, "opened_on": opened_on}
    closed_on = _closed_on(run, held, policy, as_of)
    first = held.state_on(opened_on)
    due_on = opened_on + days_to_act[run["trigger"], first["touch_tier"]] * _DAY
    last_touch_on = date.max if closed_on is None else closed_on + _FOLLOW_UP
    met = [touch["touched_on"] for touch in held.touches]
    first_touch_on = min(
        (day for day in met if opened_on <= day <= last_touch_on), default=None
    )
    is_open = closed_on is None
    return {
        "opened_on": opened_on,
        "trigger_rank": policy["trigger_rank"],
        "touch_tier": first["touch_tier"],
        "csm_id": held.owner_on(opened_on),
        "due_on": due_on,
        "closed_on": closed_on,
        "outcome": closed_on and _outcome(run, held, policy, closed_on),
        "is_open": is_open,
        "first_touch_on": first_touch_on,
        "is_overdue": is_open and due_on < as_of,
        "is_overdue_untouched": is_open and due_on < as_of and first_touch_on is None,
        "playbook": policy["playbook"],
        "arr": first["arr"],
        "arr_at_risk": first["arr"] if policy["kind"] == "risk" else 0,
        "is_prioritised": first["arr"] > policy["prioritised_above_arr"],
        **_standing(
            held,
            policy,
            as_of if is_open else max(closed_on - _DAY, opened_on),
            half_arr,
        ),
    }


def outcomes(
    interventions: Iterable[Row], triggers: Mapping[str, Row], as_of: date
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `intervention_outcomes`: what was closed in twelve months."""
    closed: dict[str, list[Row]] = {}
    for row in interventions:
        day = row["closed_on"]
        if day is not None and add_months(as_of, -12) < day <= as_of:
            closed.setdefault(row["trigger"], []).append(row)
    for trigger, rows in closed.items():
        ended = [row["outcome"] for row in rows]
        counts = {
            name: ended.count(name)
            for name in ("recovered", "churned", "expanded", "expired")
        }
        met = sum(row["first_touch_on"] is not None for row in rows)
        yield {
            "trigger": trigger,
            **{name: triggers[trigger][name] for name in ("trigger_rank", "kind")},
            "closed": len(rows),
            **counts,
            "won_rate": ratio(counts["recovered"] + counts["expanded"], len(rows)),
            "churned_rate": ratio(counts["churned"], len(rows)),
            "touched_rate": ratio(met, len(rows)),
        }


def _opened_on(run: Row, held: Held, policy: Row) -> date:
    opened_on: date = run["opened_on"]
    if policy["kind"] == "expansion":
        for day in sorted(held.grew_on()):
            heard_on = day + policy["quiet_after_growth_days"] * _DAY
            if day <= opened_on < heard_on:
                opened_on = heard_on
    return opened_on


def _closed_on(run: Row, held: Held, policy: Row, as_of: date) -> date | None:
    ends = [run["holds_until"]]
    if policy["kind"] == "expansion":
        ends += [day for day in held.grew_on() if day > run["opened_on"]]
        ends += [
            sale["closed_on"]
            for sale in held.sales
            if sale["created_on"] >= run["opened_on"] and sale["is_won"] is False
        ]
    if policy["expires_after_days"] is not None:
        ends.append(run["opened_on"] + policy["expires_after_days"] * _DAY)
    return min((end for end in ends if end is not None and end <= as_of), default=None)


def _outcome(run: Row, held: Held, policy: Row, closed_on: date) -> str:
    """Say how an intervention ended; the first that is true."""
    if held.state_on(closed_on)["arr"] == 0:
        events = [one for one in held.events if one["event_on"] <= closed_on]
        last = max(events, key=lambda one: one["event_on"])
        return "expired" if last["movement_type"] == "paused" else "churned"
    if policy["kind"] == "expansion":
        return "expanded" if closed_on in held.grew_on() else "expired"
    if any(
        one["trigger"] == run["trigger"]
        and one["holds_from"] <= closed_on < (one["holds_until"] or date.max)
        for one in held.conditions
    ):
        return "expired"
    return "expired" if _is_lost(run, held, policy, closed_on) else "recovered"


def _is_lost(run: Row, held: Held, policy: Row, closed_on: date) -> bool:
    """Whether a condition is gone and yet nothing was won."""
    if run["trigger"] == "notice_near":
        return closed_on in {term["cancel_requested_on"] for term in held.terms}
    if policy["recovered_from"] is None:
        return False
    before, now = _on(held.readings, run["opened_on"]), _on(held.readings, closed_on)
    if not before or not now or now["users"] is None:
        return False
    return now["users"] < policy["recovered_from"] * before["users_before"]


def _standing(held: Held, policy: Row, day: date, half_arr: int) -> dict[str, Any]:
    """Return how an intervention ranks on the last day on which it was open."""
    held_scores = [one for one in held.scores if one["valid_from"] <= day]
    latest = _on(
        sorted(held_scores, key=lambda one: one["valid_from"], reverse=True), day
    )
    score = latest["score"] if latest else None
    term_end = min(
        (
            term["term_end_date"]
            for term in held.terms
            if term["life_from"] <= day and (term["settled_on"] or date.max) > day
        ),
        default=None,
    )
    own_risk = Fraction(policy["risk_at_least"])
    risk = own_risk if score is None else max(own_risk, 1 - Fraction(score) / 100)
    arr = Fraction(held.state_on(day)["arr"])
    arr_factor = ratio(arr, arr + half_arr) or Fraction(0)
    nearness = Fraction(1)
    if policy["nearness_of"] == "term_end" and term_end is not None:
        left = 1 - Fraction(max((term_end - day).days, 0), 365)
        nearness = max(rounded(left, 6), _LEAST_NEAR)
    return {
        "term_end_date": term_end,
        "health_score": score,
        "risk": risk,
        "arr_factor": arr_factor,
        "nearness": nearness,
        "priority": rounded(risk * arr_factor * nearness, 6),
    }


def queue_positions(interventions: Iterable[Row]) -> dict[tuple[Any, ...], int]:
    """Return the place of each open intervention in its CSM's queue, by its key."""
    queues: dict[str | None, list[Row]] = {}
    for row in interventions:
        if row["is_open"]:
            queues.setdefault(row["csm_id"], []).append(row)
    return {
        (row["account_id"], row["trigger"], row["opened_on"]): place
        for queue in queues.values()
        for place, row in enumerate(
            sorted(
                queue,
                key=lambda one: (
                    -one["priority"],
                    one["trigger_rank"],
                    one["account_id"],
                    one["opened_on"],
                ),
            ),
            start=1,
        )
    }


def tasks(
    row: Row, anchor: str, steps: Iterable[Row], as_of: date
) -> list[dict[str, Any]]:
    """Return what is to be done about an open intervention, step by step."""
    opened_on = row["opened_on"]
    counts_from = row[anchor] or opened_on
    found = []
    for step in steps:
        due_on = max(counts_from + step["due_day"] * _DAY, opened_on)
        starts_on = max(counts_from + step["starts_day"] * _DAY, opened_on)
        found.append(
            {
                "step": step["step"],
                "what": step["what"],
                "owner_role": step["owner_role"],
                "starts_on": starts_on,
                "due_on": due_on,
                "is_past_due": due_on < as_of,
                "is_this_week": due_on >= as_of and starts_on < as_of + _FOLLOW_UP,
            }
        )
    return found
