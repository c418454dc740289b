"""The CRM: accounts, CSMs, owners, contacts, plans, opportunities, advocacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bowtie.sample_company.calendar import (
    add_months,
    at,
    days,
    on_business_day,
)
from bowtie.sample_company.catalogue import CSM_STARTED_ON, CSMS
from bowtie.sample_company.names import domain_of, email_of, person_name
from bowtie.sample_company.plan import (
    AS_OF,
    HISTORY_STARTS,
    YEAR_STARTS,
    Account,
    Book,
    Condition,
    Opportunity,
    Person,
    stream,
)
from bowtie.sample_company.systems.billing import subscription_id
from bowtie.sample_company.writer import RawRows

TITLES = {
    "champion": ["Head of Operations", "Marketing Operations Lead", "Head of Data"],
    "admin": ["Systems Administrator", "Platform Owner"],
    "end_user": ["Analyst", "Campaign Manager", "Planner"],
    "executive_sponsor": ["VP Marketing", "Chief Operating Officer", "VP Data"],
}

REPLACED_AFTER_DAYS = 12
"""A turn for the better brings a new champion or sponsor this long after it."""

SENTIMENT_EVERY_DAYS = 30
SENTIMENT_FROM = date(2024, 9, 1)

MILESTONES = [
    ("Goals agreed", date(2025, 2, 28)),
    ("First use case live", date(2025, 5, 31)),
    ("Second team trained", date(2025, 8, 31)),
    ("Target metric reached", date(2025, 11, 30)),
    ("Value review with leadership", date(2026, 2, 28)),
]
CAUGHT_UP_AFTER_DAYS = 20
"""An account that turns better reaches its overdue milestones within this."""

OBJECTIVES = [
    ("Shorten campaign set-up", "hours per campaign", 40, 10),
    ("Trust one customer profile", "matched profiles, percent", 45, 85),
    ("Answer data questions sooner", "days to answer", 9, 2),
]


@dataclass(frozen=True)
class Contact:
    """A contact with its CRM id."""

    contact_id: str
    person: Person

    def is_there_on(self, day: date) -> bool:
        """Tell whether the person works there on a day."""
        left_on = self.person.left_on
        return self.person.created_on <= day and (left_on is None or day < left_on)


def write_crm(rows: RawRows, accounts: Sequence[Account]) -> dict[str, list[Contact]]:
    """Write the CRM tables but activities; return the contacts of each account."""
    for csm in CSMS:
        rows.add(
            "crm_csms",
            csm_id=csm.csm_id,
            csm_name=csm.name,
            email=email_of(csm.name, "bowtie-sample.example"),
            team=csm.team,
            touch_model=csm.touch_model,
            weekly_hours=csm.weekly_hours,
            started_on=csm.started_on,
            ended_on=csm.ended_on,
        )
    contacts: dict[str, list[Contact]] = {}
    for account in accounts:
        _write_account(rows, account)
        _write_owners(rows, account)
        contacts[account.account_id] = _write_contacts(rows, account)
        for opportunity in account.opportunities:
            _write_opportunity(rows, account, opportunity)
        for advocacy_type, occurred_on in account.advocacy:
            rows.add(
                "crm_advocacy",
                advocacy_id=f"ADV-{rows.number('crm_advocacy'):03d}",
                account_id=account.account_id,
                advocacy_type=advocacy_type,
                occurred_on=occurred_on,
            )
        if account.book is not Book.TECH_TOUCH and account.subscriptions:
            _write_sentiment(rows, account)
            _write_success_plan(rows, account)
    return contacts


def _write_account(rows: RawRows, account: Account) -> None:
    rows.add(
        "crm_accounts",
        account_id=account.account_id,
        account_name=account.name,
        parent_account_id=account.parent_account_id,
        merged_into_account_id=account.merged_into_account_id,
        # Nobody knows the domain of who signed up alone.
        domain=None
        if account.book is Book.TECH_TOUCH
        else account.domain or domain_of(account.name),
        industry=account.industry,
        region=account.region,
        country=account.country,
        employee_count=account.employees,
        created_at=at(account.created_on, 8),
        updated_at=account.updated_on and at(account.updated_on, 17),
    )


def _write_owners(rows: RawRows, account: Account) -> None:
    owners = account.owners
    if not owners and account.csm_id:
        owned_from = max(account.customer_from, CSM_STARTED_ON[account.csm_id])
        owners = [(account.csm_id, owned_from, _handed_back_on(account))]
    for csm_id, valid_from, valid_to in owners:
        rows.add(
            "crm_account_owners",
            account_id=account.account_id,
            csm_id=csm_id,
            valid_from=valid_from,
            valid_to=valid_to,
        )


def _handed_back_on(account: Account) -> date | None:
    """Return when a lost customer leaves its CSM: with the quarter's end.

    Until then the loss is the CSM's. A customer lost in the last quarter is still
    owned on the as-of day.
    """
    until = account.customer_until
    if until is None:
        return None
    lost_on = until - timedelta(days=1)
    quarter_starts = date(lost_on.year, (lost_on.month - 1) // 3 * 3 + 1, 1)
    back_on = add_months(quarter_starts, 3)
    return back_on if back_on <= AS_OF else None


def _write_contacts(rows: RawRows, account: Account) -> list[Contact]:
    contacts = []
    for person in [*account.people, *_usual_people(account)]:
        number = rows.number("crm_contacts")
        contact = Contact(f"P{number:04d}", person)
        name = person_name(number)
        rows.add(
            "crm_contacts",
            contact_id=contact.contact_id,
            account_id=account.account_id,
            contact_name=name,
            email=email_of(name, account.domain or domain_of(account.name)),
            title=person.title,
            persona=person.persona,
            created_at=at(person.created_on, 8),
            left_at=person.left_on and at(person.left_on, 17),
        )
        contacts.append(contact)
    return contacts


def _usual_people(account: Account) -> list[Person]:
    """Return whom we know at a managed customer, as its condition makes it."""
    if account.book is Book.TECH_TOUCH or not account.subscriptions:
        return []
    start = account.customer_from
    titles = stream(f"titles/{account.account_id}")

    def person(persona: str, since: date, until: date | None = None) -> Person:
        title = titles.choice(TITLES[persona])
        return Person(f"{persona} {since}", title, persona, since, until)

    people = [person(persona, start) for persona in ("admin", "end_user", "end_user")]
    planned = {p.persona for p in account.people}
    if account.never_had_executive:
        planned.add("executive_sponsor")
    for persona in ("champion", "executive_sponsor"):
        if persona not in planned:
            people += [
                person(persona, since, until)
                for since, until in _times_known(account, persona)
            ]
    return people


def _times_known(account: Account, persona: str) -> list[tuple[date, date | None]]:
    """Return [from, to) of the people whom the conditions let us know."""
    times: list[tuple[date, date | None]] = []
    start = account.customer_from
    moments = [start] + [day for day, _ in account.conditions if day > start]
    for day in moments:
        strength = account.strength_on(day)
        known = (
            strength.has_champion if persona == "champion" else strength.knows_executive
        )
        is_there = bool(times) and times[-1][1] is None
        if known and not is_there:
            later = timedelta(days=0 if day == start else REPLACED_AFTER_DAYS)
            times.append((day + later, None))
        elif is_there and not known:
            times[-1] = (times[-1][0], day)
    return times


def _write_opportunity(
    rows: RawRows, account: Account, opportunity: Opportunity
) -> None:
    opportunity_id = f"O{rows.number('crm_opportunities'):04d}"
    stage, entered_on = opportunity.path[-1]
    is_closed = stage.startswith("closed_")
    key = opportunity.subscription_key
    rows.add(
        "crm_opportunities",
        opportunity_id=opportunity_id,
        account_id=account.account_id,
        opportunity_type=opportunity.opportunity_type,
        expansion_type=opportunity.expansion_type,
        product_id=opportunity.product_id,
        subscription_id=key and subscription_id(account, key),
        stage=stage,
        amount=opportunity.amount,
        currency=opportunity.currency,
        source=opportunity.source,
        created_at=at(opportunity.created_on, 10),
        expected_close_date=opportunity.expected_close_on
        or on_business_day(opportunity.created_on + timedelta(days=75)),
        closed_at=at(entered_on, 16) if is_closed else None,
        is_won=stage == "closed_won" if is_closed else None,
    )
    for stage, entered_on in opportunity.path:
        hour = 16 if stage.startswith("closed_") else 10
        rows.add(
            "crm_opportunity_stages",
            opportunity_id=opportunity_id,
            stage=stage,
            entered_at=at(entered_on, hour),
            amount=opportunity.amount,
        )


def _write_sentiment(rows: RawRows, account: Account) -> None:
    """Write what the CSM noted each month, and soon after a change."""
    start = max(SENTIMENT_FROM, account.customer_from + timedelta(days=14))
    if account.csm_id is None:
        return
    offset = stream(f"sentiment/{account.account_id}").randrange(SENTIMENT_EVERY_DAYS)
    noted = set(
        days(start + timedelta(days=offset), account.last_day, SENTIMENT_EVERY_DAYS)
    )
    noted |= {
        starts_on + timedelta(days=5)
        for starts_on, _ in account.conditions
        if start < starts_on + timedelta(days=5) <= account.last_day
    }
    for day in sorted(noted):
        rows.add(
            "crm_csm_sentiment",
            account_id=account.account_id,
            csm_id=account.csm_id,
            recorded_at=at(day, 16),
            sentiment=account.condition_on(day).value,
        )


def _write_success_plan(rows: RawRows, account: Account) -> None:
    """Write the plan of 2025 with its milestones, and the one of 2024 before it."""
    if account.last_day < YEAR_STARTS:
        return
    if account.book is Book.ENTERPRISE and account.customer_from < HISTORY_STARTS:
        _write_last_years_plan(rows, account)
    number = rows.number("crm_success_plans")
    plan_id = f"SP-{number:03d}"
    objective, metric, baseline, target = OBJECTIVES[number % len(OBJECTIVES)]
    created_on = max(date(2025, 1, 15), account.customer_from + timedelta(days=10))
    if created_on > account.last_day:
        return
    milestones = [(name, due) for name, due in MILESTONES if due > created_on]
    reached = [_reached_on(account, due, n) for n, (_, due) in enumerate(milestones)]
    done = sum(day is not None for day in reached)
    rows.add(
        "crm_success_plans",
        success_plan_id=plan_id,
        account_id=account.account_id,
        objective=objective,
        status="active" if account.customer_until is None else "cancelled",
        metric_name=metric,
        baseline_value=baseline,
        target_value=target,
        current_value=baseline + (target - baseline) * done // len(milestones),
        created_at=at(created_on, 12),
        target_date=MILESTONES[-1][1],
    )
    for (name, due_date), day in zip(milestones, reached, strict=True):
        rows.add(
            "crm_success_plan_milestones",
            milestone_id=f"M{rows.number('crm_success_plan_milestones'):04d}",
            success_plan_id=plan_id,
            milestone_name=name,
            due_date=due_date,
            completed_at=day and at(day, 15),
        )


def _write_last_years_plan(rows: RawRows, account: Account) -> None:
    number = rows.number("crm_success_plans")
    objective, metric, baseline, target = OBJECTIVES[number % len(OBJECTIVES)]
    is_missed = number % 5 == 4
    rows.add(
        "crm_success_plans",
        success_plan_id=f"SP-{number:03d}",
        account_id=account.account_id,
        objective=objective,
        status="missed" if is_missed else "achieved",
        metric_name=metric,
        baseline_value=baseline,
        target_value=target,
        current_value=baseline if is_missed else target,
        created_at=at(HISTORY_STARTS, 12),
        target_date=date(2024, 12, 20),
        completed_at=None if is_missed else at(date(2024, 12, 10), 12),
    )


def _reached_on(account: Account, due_date: date, number: int) -> date | None:
    """Return when a milestone was reached, none if it is not by the last day."""
    keeps = account.strength_on(due_date).keeps_milestones
    if keeps == "all" or (keeps == "every second" and number % 2 == 0):
        reached_on = due_date - timedelta(days=4)
        return reached_on if reached_on <= account.last_day else None
    was_bad = account.condition_on(due_date) is Condition.BAD
    for starts_on, condition in account.conditions:
        is_better = condition is Condition.GOOD or (
            was_bad and condition is Condition.MIDDLING
        )
        if is_better and starts_on > due_date:
            return starts_on + timedelta(days=CAUGHT_UP_AFTER_DAYS)
    return None
