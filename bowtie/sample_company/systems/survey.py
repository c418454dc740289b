"""The survey tool: how customers say they feel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bowtie.sample_company.calendar import at, days
from bowtie.sample_company.plan import (
    HISTORY_STARTS,
    TECH_STRENGTHS,
    TECH_USAGE_STARTS,
    Account,
    Book,
    stream,
)
from bowtie.sample_company.writer import RawRows

ASKED_EVERY_DAYS = 85
ASKED_AFTER_CHANGE_DAYS = 24
"""A change of condition shows in a survey this long after it."""

TECH_ANSWERS_ONE_IN = 9

COMMENTS = {
    10: "Our team would not go back.",
    7: "It does the job.",
    2: "We are stuck.",
}
"""What some write beside a score."""


def write_survey(rows: RawRows, accounts: Sequence[Account]) -> None:
    """Write the responses, in the order in which they came."""
    responses: list[tuple[date, str, str, int]] = []
    for number, account in enumerate(accounts):
        if not account.subscriptions:
            continue
        if account.book is Book.TECH_TOUCH:
            asked = _self_service_days(account, number)
        else:
            asked = _asked_days(account)
        for day in asked:
            score = account.strength_on(day).nps + number % 3 - 1
            responses.append((day, account.account_id, "nps", score))
        responses += [
            (day, account.account_id, survey, score)
            for survey, score, day in account.surveys
        ]
    for day, account_id, survey_type, score in sorted(responses):
        rows.add(
            "survey_responses",
            response_id=f"R{rows.number('survey_responses'):05d}",
            account_id=account_id,
            survey_type=survey_type,
            score=score,
            responded_at=at(day, 14),
            comment=COMMENTS.get(score) if survey_type == "nps" else None,
        )


def _asked_days(account: Account) -> list[date]:
    """Return when a managed account answers: each quarter, and after a change."""
    start = max(HISTORY_STARTS, account.customer_from + timedelta(days=40))
    offset = stream(f"survey/{account.account_id}").randrange(ASKED_EVERY_DAYS)
    asked = set(
        days(start + timedelta(days=offset), account.last_day, ASKED_EVERY_DAYS)
    )
    asked |= {
        starts_on + timedelta(days=ASKED_AFTER_CHANGE_DAYS)
        for starts_on, _ in account.conditions
        if starts_on > start
    }
    return sorted(day for day in asked if day <= account.last_day)


def _self_service_days(account: Account, number: int) -> list[date]:
    day = max(TECH_USAGE_STARTS, account.customer_from) + timedelta(days=number % 160)
    if number % TECH_ANSWERS_ONE_IN or day > account.last_day:
        return []
    return [day] if TECH_STRENGTHS[account.condition_on(day)].answers_survey else []
