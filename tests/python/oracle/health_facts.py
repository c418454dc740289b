"""What the health score measures of an account on a day, from its staged rows.

Readings of DECISIONS H1 to H3, H9 and H14, and of the comments of each driver:

- A week's users are the mean of its days with use, rounded to cents; a week without a
  row is a week without use once users were counted, but for one that is not over.
- "Lately" is four weeks, the level before are the four that ended 60 days before (weeks
  9 to 12 back), features are looked for in five weeks.
- Tickets count for half a year after their solution, surveys of support for as long;
  NPS answers of 120 days count, of a year where there are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from oracle.arithmetic import add_months, monday_of, ratio, rounded
from oracle.health import Row
from oracle.in_force import Customer
from oracle.touches import was_held

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_NOT_MET = ("automated_email", "in_app_message", "internal")
_REVIEWS = ("qbr", "ebr")
_FELT = {"green": 100, "yellow": 50, "red": 0}


@dataclass
class UsageWeek:
    """What an account's usage rows of one week come to; None where nothing says it."""

    users: Fraction | None = None
    most_users: int = 0
    user_days: int = 0
    active_days: int = 0
    sessions: int | None = None
    features: int | None = None
    feature_users: int | None = None


@dataclass(frozen=True)
class Known:
    """What a day's facts are read from: one account's rows, and the company's edges.

    `activated_on` is the day of first value, None while it was not reached; an account
    from before usage was recorded is not `can_activate`.
    `usage_known_on` and `most_features` are the company's: by week with use of anybody,
    as far as it had come, so that a week holds until the next such one; `first_met` and
    `first_reviewed` are the days of its first such activities. `good_until` says by
    tier and stage up to what a driver that counts there has all its points.
    """

    usage: Mapping[date, UsageWeek]
    can_activate: bool
    activated_on: date | None
    tickets: Sequence[Row]
    csat: Sequence[Row]
    nps: Sequence[Row]
    activities: Sequence[Row]
    contacts: Sequence[Row]
    milestones: Sequence[Row]
    judgements: Sequence[Row]
    invoices: Sequence[Row]
    usage_known_on: Mapping[date, date]
    most_features: Mapping[date, int]
    first_met: date | None
    first_reviewed: date | None
    good_until: Mapping[tuple[str, str], Mapping[str, Fraction]]


@dataclass
class _Day:
    users: int = 0
    counted: bool = False
    used: bool = False
    used_by_counted: bool = False


def usage_weeks(daily: Iterable[Row], features: Iterable[Row]) -> dict[date, UsageWeek]:
    """Return one account's usage by the Monday of the week."""
    days: dict[date, dict[date, _Day]] = defaultdict(lambda: defaultdict(_Day))
    weeks: dict[date, UsageWeek] = defaultdict(UsageWeek)
    for row in daily:
        monday = monday_of(row["usage_date"])
        day, week = days[monday][row["usage_date"]], weeks[monday]
        counts = [row["active_users"], row["sessions"], row["events"]]
        # The first that the source sends says whether there was use.
        said = next((count for count in counts if count is not None), 0)
        day.used |= said > 0
        day.used_by_counted |= (row["active_users"] or 0) > 0
        day.users += row["active_users"] or 0
        day.counted |= row["active_users"] is not None
        if row["sessions"] is not None:
            week.sessions = (week.sessions or 0) + row["sessions"]
    for monday, found in days.items():
        week = weeks[monday]
        week.active_days = sum(day.used_by_counted for day in found.values())
        # Where nobody was counted, use by nobody knows whom makes days.
        week.active_days = week.active_days or sum(day.used for day in found.values())
        if any(day.counted for day in found.values()):
            week.user_days = sum(day.users for day in found.values())
            week.most_users = max(day.users for day in found.values())
            mean = Fraction(week.user_days, week.active_days or 1)
            week.users = rounded(mean, 2) if week.active_days else Fraction(0)
    reached: dict[date, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in features:
        counts = [row["active_users"], row["events"], 1]
        if next(count for count in counts if count is not None) <= 0:
            continue
        users = reached[monday_of(row["usage_date"])][row["feature"]]
        if row["active_users"] is not None:
            users.append(row["active_users"])
    for monday, by_feature in reached.items():
        weeks[monday].features = len(by_feature)
        most = [max(users) for users in by_feature.values() if users]
        # Features of whose users nobody was counted say nothing about how many.
        weeks[monday].feature_users = sum(most) if most else None
    return dict(weeks)


def facts(customer: Row, touchpoint_days: int | None, known: Known) -> dict[str, Any]:
    """Return every measure of one customer's week, and since when each is known.

    `customer` has week, taken_on, seats, features_bought, first_arr_on, stage_by_age
    and arr_since, the day from which it has had ARR without a break.
    """
    return {
        "time_to_first_value": _time_to_first_value(customer, known),
        **_usage(customer, known),
        **_support(customer["taken_on"], known),
        **_engagement(customer, touchpoint_days, known),
        **contact_facts(customer["taken_on"], known.contacts),
        "plan_progress": _plan_progress(customer["taken_on"], known),
        **_sentiment(customer["taken_on"], known),
    }


def activation(
    customer: Customer,
    as_of: date,
    usage: Mapping[date, UsageWeek],
    thresholds: Mapping[str, Row],
) -> date | None:
    """Return the day by which a week of the first year reached every threshold.

    The thresholds are those of its tier that day; what the source does not send is not
    asked for, but some use there must be.
    """
    first_monday = customer.started_on - 6 * _DAY
    for monday in sorted(usage):
        if not first_monday <= monday < add_months(customer.started_on, 12):
            continue
        week, reached_on = usage[monday], min(monday + 6 * _DAY, as_of)
        wanted = thresholds.get(customer.tier_on(reached_on) or "")
        if wanted is None or not (week.active_days or week.features):
            continue
        seats = sum(
            Fraction(line["quantity"])
            for line in customer.account.lines_on(reached_on)
            if line["is_seat"]
        )
        features = [
            one.features
            for other, one in usage.items()
            if monday - 4 * _WEEK <= other <= monday
            and one.features is not None
            # What was used before the first year is not of it.
            and other >= first_monday
        ]
        sessions = Fraction(wanted["sessions_per_user"]) * (week.user_days or 0)
        if (
            (
                week.users is None
                or week.users >= Fraction(wanted["seats_active"]) * seats
            )
            and (week.sessions is None or week.sessions >= sessions)
            and (not features or max(features) >= wanted["features_used"])
        ):
            return reached_on
    return None


def _time_to_first_value(customer: Row, known: Known) -> int | None:
    """Return the days to first value, or so far; in the first year only."""
    if not known.can_activate or customer["stage_by_age"] == "growth":
        return None
    reached_on = min(known.activated_on or date.max, customer["taken_on"])
    return (reached_on - customer["first_arr_on"]).days


def _usage(customer: Row, known: Known) -> dict[str, Any]:
    week, taken_on = customer["week"], customer["taken_on"]
    names = (
        "seat_utilisation", "active_user_trend", "usage_frequency", "stickiness",
        "feature_breadth", "feature_depth", "usage_known_on",
    )  # fmt: skip
    if not known.usage or week < min(known.usage):
        return dict.fromkeys(names)
    counted_from = min(
        (monday for monday, one in known.usage.items() if one.users is not None),
        default=None,
    )

    def users_of(monday: date) -> Fraction | None:
        if monday in known.usage:
            return known.usage[monday].users
        is_over = monday < week or taken_on == week + 6 * _DAY
        silent = counted_from is not None and counted_from <= monday
        return Fraction(0) if is_over and silent else None

    def back(first: int, last: int) -> list[date]:
        mondays = [week - number * _WEEK for number in range(first, last + 1)]
        return [monday for monday in mondays if monday >= min(known.usage)]

    lately = [known.usage[monday] for monday in back(0, 3) if monday in known.usage]
    now = [users for monday in back(0, 3) if (users := users_of(monday)) is not None]
    then = [users for monday in back(9, 12) if (users := users_of(monday)) is not None]
    trend = None
    if now and len(then) >= 2:
        change = _ratio(sum(now) * len(then), sum(then) * len(now))
        trend = None if change is None else change - 1
    user_days = sum(one.user_days for one in lately)
    most_users = max((one.most_users for one in lately), default=0)
    active_days = sum(one.active_days for one in lately if one.users is not None)
    sessions = [one.sessions for one in lately if one.sessions is not None]
    five = [known.usage[monday] for monday in back(0, 4) if monday in known.usage]
    used = max((one.features for one in five if one.features is not None), default=None)
    reached = max(
        (one.feature_users for one in five if one.feature_users is not None),
        default=None,
    )
    to_use = customer["features_bought"]
    if to_use is None:
        to_use = _last(known.most_features, week)
    seats = Fraction(customer["seats"])
    return {
        "seat_utilisation": _ratio(sum(now), len(now) * seats) if now else None,
        "active_user_trend": trend,
        "usage_frequency": _ratio(sum(sessions), user_days) if sessions else None,
        "stickiness": _ratio(user_days, active_days * most_users),
        "feature_breadth": _ratio(used, to_use),
        "feature_depth": _ratio(reached, None if to_use is None else seats * to_use),
        "usage_known_on": _last(known.usage_known_on, week),
    }


def _support(taken_on: date, known: Known) -> dict[str, Any]:
    tickets = [
        ticket
        for ticket in known.tickets
        if ticket["created_on"] <= taken_on
        and (ticket["solved_on"] is None or _within(ticket["solved_on"], taken_on, 180))
    ]
    rated = [one for one in known.csat if _within(one["responded_on"], taken_on, 180)]
    rated = [one for one in rated if one["responded_on"] <= taken_on]
    names = (
        "open_tickets", "escalated_tickets", "critical_tickets", "resolution_hours",
        "last_solved_on",
    )  # fmt: skip
    found: dict[str, Any] = dict.fromkeys(names)
    solved = [one for one in tickets if not _is_after(one["solved_on"], taken_on)]
    if tickets:
        still_open = [one for one in tickets if one not in solved]
        lately = [one for one in solved if _within(one["solved_on"], taken_on, 90)]
        midnight = datetime.combine(taken_on + _DAY, datetime.min.time())
        found = {
            "open_tickets": len(still_open),
            "escalated_tickets": sum(
                bool(one["is_escalated"]) and _within(one["created_on"], taken_on, 90)
                for one in tickets
            ),
            "critical_tickets": max(
                (
                    ratio(_seconds(one["created_at"], midnight), 3600)
                    for one in still_open
                    if one["priority"] == "critical"
                ),
                default=Fraction(0),
            ),
            "resolution_hours": _ratio(
                sum(_seconds(one["created_at"], one["solved_at"]) for one in lately),
                len(lately) * 3600,
            ),
            "last_solved_on": max((one["solved_on"] for one in solved), default=None),
        }
    scores = [
        *((one["satisfaction_score"], one["solved_on"]) for one in solved),
        *((one["score"], one["responded_on"]) for one in rated),
    ]
    scores = [(score, day) for score, day in scores if score is not None]
    found["satisfaction"] = _mean(Fraction(score) for score, _ in scores)
    found["last_rated_on"] = max((day for _, day in scores), default=None)
    return found


def _engagement(
    customer: Row, touchpoint_days: int | None, known: Known
) -> dict[str, Any]:
    taken_on = customer["taken_on"]
    good = known.good_until[customer["touch_tier"], customer["stage_by_age"]]
    good_ratio = good.get("touch_recency")
    met = [one for one in known.activities if is_meeting(one)]
    met = [one for one in met if one["occurred_on"] <= taken_on]
    held = [one for one in met if was_held(one)]
    reviews = [one for one in held if one["activity_type"] in _REVIEWS]

    def days_since(
        those: Sequence[Row], first_of_anybody: date | None, good_for: Fraction | None
    ) -> int | None:
        days = [one["occurred_on"] for one in those]
        days = [day for day in days if day >= customer["arr_since"]]
        if days:
            return (taken_on - max(days)).days
        if first_of_anybody is None or first_of_anybody > taken_on:
            return None
        at_least = (taken_on - max(customer["arr_since"], first_of_anybody)).days
        # Until it is too long, nothing is known: silence is not good news.
        return at_least if good_for is not None and at_least > good_for else None

    expected = [
        one
        for one in met
        if one["activity_type"] != "email" and _within(one["occurred_on"], taken_on, 90)
    ]
    attended = [one for one in expected if one in held]
    return {
        "touch_recency": _ratio(
            days_since(
                held,
                known.first_met,
                None
                if touchpoint_days is None or good_ratio is None
                else good_ratio * touchpoint_days,
            ),
            touchpoint_days,
        ),
        "qbr_recency": days_since(
            reviews, known.first_reviewed, good.get("qbr_recency")
        ),
        "meetings_attended": _ratio(len(attended), len(expected)),
    }


def is_meeting(activity: Row) -> bool:
    """Tell whether a person of ours met, or was to meet, a customer."""
    return activity["activity_type"] not in _NOT_MET and (
        was_held(activity) or activity["status"] == "no_show"
    )


def is_review(activity: Row) -> bool:
    """Tell whether a meeting was a business review."""
    return is_meeting(activity) and activity["activity_type"] in _REVIEWS


def contact_facts(taken_on: date, contacts: Sequence[Row]) -> dict[str, Any]:
    """Return who of an account's contacts is there, and since when no champion."""
    found = [
        one
        for one in contacts
        if one["created_on"] is None or one["created_on"] <= taken_on
    ]
    if not found:
        return dict.fromkeys(
            ("known_contacts", "champion_present", "executive_present",
             "champion_lost_days")
        )  # fmt: skip
    there = [one for one in found if _is_after(one["left_on"], taken_on)]
    roles = {one["persona"] for one in there}
    left = [
        one["left_on"]
        for one in found
        if one["persona"] == "champion" and one not in there
    ]
    is_lost = left and "champion" not in roles
    return {
        "known_contacts": len(there),
        "champion_present": int("champion" in roles),
        "executive_present": int("executive_sponsor" in roles),
        "champion_lost_days": (taken_on - max(left)).days if is_lost else None,
    }


def _plan_progress(taken_on: date, known: Known) -> Fraction | None:
    due = [
        one
        for one in known.milestones
        if one["due_date"] <= taken_on
        and _within(one["due_date"], taken_on, 365)
        and one["plan_created_on"] <= taken_on
        # A draft is not agreed, and of a cancelled plan nothing is due any more.
        and one["plan_status"] not in (None, "draft")
        and not (
            one["plan_status"] == "cancelled"
            and (one["plan_completed_on"] or date.min) <= taken_on
        )
    ]
    reached = [one for one in due if not _is_after(one["completed_on"], taken_on)]
    return _ratio(len(reached), len(due))


def _sentiment(taken_on: date, known: Known) -> dict[str, Any]:
    answers = [
        one
        for one in known.nps
        if one["responded_on"] <= taken_on
        and _within(one["responded_on"], taken_on, 365)
    ]
    recent = [one for one in answers if _within(one["responded_on"], taken_on, 120)]
    judged = [one for one in known.judgements if one["recorded_on"] <= taken_on]
    last = max(
        judged, key=lambda one: (one["recorded_at"], one["csm_id"] or ""), default=None
    )

    def is_unpaid(invoice: Row) -> bool:
        # Paid, nobody knows when, was paid.
        is_paid = invoice["status"] == "paid" and invoice["paid_on"] is None
        return not is_paid and _is_after(invoice["paid_on"], taken_on)

    billed = [
        one
        for one in known.invoices
        if one["status"] not in ("draft", "void")
        # A credit is no debt, and says nothing of how somebody pays.
        and one["total_amount"] > 0
        and one["issued_on"] <= taken_on
        and (is_unpaid(one) or _within(one["issued_on"], taken_on, 400))
    ]
    owed = [
        (taken_on - one["due_on"]).days
        for one in billed
        if one["due_on"] is not None and one["due_on"] < taken_on and is_unpaid(one)
    ]
    return {
        "nps": _mean(Fraction(one["score"]) for one in recent or answers),
        "last_surveyed_on": max((one["responded_on"] for one in answers), default=None),
        "csm_sentiment": None if last is None else _FELT[last["sentiment"]],
        "last_judged_on": None if last is None else last["recorded_on"],
        "overdue_invoices": max(owed, default=0) if billed else None,
    }


def _last(by_week: Mapping[date, Any], week: date) -> Any:
    """Return what holds in a week: its own, or that of the latest week before."""
    return by_week[max(monday for monday in by_week if monday <= week)]


def _within(day: date, taken_on: date, days: int) -> bool:
    """Tell whether a day is less than so many days ago."""
    return day + timedelta(days=days) > taken_on


def _is_after(day: date | None, taken_on: date) -> bool:
    """Tell whether something had not yet happened; what has no day has not."""
    return day is None or day > taken_on


def _seconds(start: datetime, end: datetime) -> int:
    return int((end.replace(tzinfo=None) - start.replace(tzinfo=None)).total_seconds())


def _mean(values: Iterable[Fraction | int]) -> Fraction | None:
    found = list(values)
    return _ratio(sum(found), len(found))


def _ratio(
    part: Fraction | int | None, whole: Fraction | int | None
) -> Fraction | None:
    """Return a ratio to six decimals; None if a part is unknown or the base empty."""
    return None if part is None or whole is None else ratio(part, whole)
