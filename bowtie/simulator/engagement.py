"""What the company does with its customers: touches, plans, sentiment, advocacy."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa

from bowtie.simulator.billing import account_id
from bowtie.simulator.blocks import Block, office_seconds, pick
from bowtie.simulator.companies import People
from bowtie.simulator.ownership import Ownership
from bowtie.simulator.writing import ParquetFolder, choices, days, times

TYPES = (
    "kickoff",
    "call",
    "email",
    "meeting",
    "onsite",
    "training",
    "qbr",
    "ebr",
    "renewal_review",
    "webinar",
    "automated_email",
    "in_app_message",
    "internal",
)
PURPOSES = (
    "onboarding",
    "enablement",
    "rescue",
    "expansion",
    "qbr",
    "renewal",
    "internal",
)
MINUTES = np.array([60, 30, 10, 45, 240, 90, 75, 90, 60, 45, 0, 0, 30])
AUTOMATED = (TYPES.index("automated_email"), TYPES.index("in_app_message"))
STATUSES = ("completed", "no_show", "cancelled", "delivered", "bounced")
BOUNCED = 0.06


class _Touches:
    """Collects touches as (account, day, type, purpose) arrays."""

    def __init__(self) -> None:
        self.parts: list[tuple[np.ndarray, ...]] = []

    def add(
        self,
        account: np.ndarray,
        day: np.ndarray,
        kind: str | np.ndarray,
        purpose: str | np.ndarray,
    ) -> None:
        """Add touches; `kind` and `purpose` are names or arrays of codes."""
        account = np.asarray(account, dtype=np.int64)
        if isinstance(kind, str):
            kind = np.full(len(account), TYPES.index(kind))
        if isinstance(purpose, str):
            purpose = np.full(len(account), PURPOSES.index(purpose))
        self.parts.append(
            (
                account,
                np.asarray(day, dtype=np.int64),
                np.asarray(kind, dtype=np.int64),
                np.asarray(purpose, dtype=np.int64),
            )
        )

    def sorted(self) -> tuple[np.ndarray, ...]:
        """Return the columns in the order of account and day."""
        columns = [np.concatenate(column) for column in zip(*self.parts, strict=True)]
        order = np.lexsort((columns[2], columns[1], columns[0]))
        return tuple(column[order] for column in columns)


def _rhythm(
    block: Block, chance: np.random.Generator, accounts: np.ndarray, every: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (account, day) at a jittered rhythm over the window."""
    count = block.settings.days // every + 2
    account = np.repeat(accounts, count)
    step = np.arange(len(account)) - np.repeat(np.cumsum(count) - count, count)
    length = np.repeat(every, count)
    phase = np.repeat(chance.random(len(accounts)), count)
    jitter = chance.uniform(-0.25, 0.25, len(account))
    day = block.settings.window_start + ((step + phase + jitter) * length).astype(int)
    return account, day


def write_activities(
    folder: ParquetFolder, block: Block, owners: Ownership, people: People
) -> None:
    """Write crm_activities: touches by cadence, milestones of the life, automation."""
    chance = block.chance(purpose=40)
    touches = _Touches()
    _add_regular(touches, block, chance)
    _add_automated(touches, block, chance)
    _add_from_life(touches, block)
    account, day, kind, purpose = touches.sorted()
    automated = np.isin(kind, AUTOMATED)
    inside = (day >= block.settings.window_start) & (day <= block.settings.as_of)
    csm = owners.owner(account, day)
    # A touch by a person needs an owner who is there that day.
    keep = inside & (automated | (csm >= 0)) & block.is_real[account]
    account, day, kind, purpose, csm, automated = (
        values[keep] for values in (account, day, kind, purpose, csm, automated)
    )
    mood = block.at(block.wellbeing, account, day)
    draw = chance.random(len(account))
    missed = 0.04 + 0.05 * np.clip(-mood, 0, 2)
    status = np.where(draw < missed, 1, np.where(draw < missed + 0.04, 2, 0))
    status = np.where(automated, np.where(draw < BOUNCED, 4, 3), status)
    internal = kind == TYPES.index("internal")
    unattended = internal | (kind == TYPES.index("email"))
    status = np.where(unattended, 0, status)
    minutes = np.rint(MINUTES[kind] * chance.uniform(0.6, 1.4, len(kind)))
    contacts = people.contact_on(account, day)
    for position in np.flatnonzero(internal).tolist():
        contacts[position] = None
    no_minutes = automated | (status == 1) | (status == 2)
    block.write(
        folder,
        "crm_activities",
        account,
        {
            "activity_id": block.ids("ACT", account),
            "account_id": block.account_column(account),
            "csm_id": choices(
                np.where(automated, -1, csm), [c.csm_id for c in owners.csms]
            ),
            "contact_id": pa.array(contacts, type=pa.string()),
            "activity_type": choices(kind, TYPES),
            "purpose": choices(purpose, PURPOSES),
            "occurred_at": times(office_seconds(chance, day)),
            "duration_minutes": pa.array(minutes.astype(np.int32), mask=no_minutes),
            "status": choices(status, STATUSES),
        },
    )


def _add_regular(touches: _Touches, block: Block, chance: np.random.Generator) -> None:
    human = np.flatnonzero(block.touch < 3)
    every = np.array([life.segment.touch_every_days for life in block.lives])
    # Some accounts are neglected: their touches come at half the rhythm.
    pace = np.where(chance.random(len(human)) < 0.12, 2.2, 0.9)
    account, day = _rhythm(block, chance, human, (every[human] * pace).astype(int))
    keep = block.is_active(account, day)
    account, day = account[keep], day[keep]
    kinds = [
        TYPES.index(n) for n in ("call", "email", "meeting", "webinar", "internal")
    ]
    kind = chance.choice(kinds, len(account), p=[0.36, 0.3, 0.22, 0.05, 0.07])
    onsite = (block.touch[account] == 0) & (chance.random(len(account)) < 0.05)
    kind = np.where(onsite, TYPES.index("onsite"), kind)
    internal = kind == TYPES.index("internal")
    purpose = chance.choice(
        [PURPOSES.index(n) for n in ("enablement", "expansion", "onboarding")],
        len(account),
        p=[0.72, 0.2, 0.08],
    )
    purpose = np.where(internal, PURPOSES.index("internal"), purpose)
    touches.add(account, day, kind, purpose)
    top = np.flatnonzero(block.touch < 2)
    account, day = _rhythm(block, chance, top, np.full(len(top), 90))
    mood = block.at(block.wellbeing, account, day)
    held = chance.random(len(account)) < 0.8 + 0.08 * np.clip(mood, -3, 1)
    keep = block.is_active(account, day) & held
    account, day = account[keep], day[keep]
    yearly = (block.touch[account] == 0) & (chance.random(len(account)) < 0.25)
    kind = np.where(yearly, TYPES.index("ebr"), TYPES.index("qbr"))
    touches.add(account, day, kind, "qbr")


def _add_automated(
    touches: _Touches, block: Block, chance: np.random.Generator
) -> None:
    pooled = np.flatnonzero((block.touch >= 2) & block.is_customer)
    for kind, every in (("automated_email", 30), ("in_app_message", 50)):
        account, day = _rhythm(block, chance, pooled, np.full(len(pooled), every))
        keep = block.is_active(account, day)
        touches.add(account[keep], day[keep], kind, "enablement")


def _add_from_life(touches: _Touches, block: Block) -> None:
    """Add kick-offs, training, rescues, renewal reviews and expansion talks."""
    rows: list[tuple[int, int, int, int]] = []

    def add(row: int, day: int, kind: str, purpose: str) -> None:
        rows.append((row, day, TYPES.index(kind), PURPOSES.index(purpose)))

    for row, life in enumerate(block.lives):
        if not life.subscriptions:
            continue
        chance = block.settings.account_chance(life.account, purpose=8)
        human = life.segment.touch != "tech"
        if human:
            add(row, life.start + chance.randrange(2, 12), "kickoff", "onboarding")
            for _ in range(chance.randrange(1, 4)):
                after = chance.randrange(14, 80)
                add(row, life.start + after, "training", "onboarding")
        for start, end, _ in life.rescues:
            for number, kind in enumerate(("call", "meeting", "training", "call")):
                day = start + number * 9 + chance.randrange(5)
                if day < end and (human or number < 2):
                    add(row, day, kind, "rescue")
        for term_end in life.renewal_reviews if human else ():
            reviewed = term_end - chance.randrange(60, 115)
            if chance.random() < 0.85:
                add(row, reviewed, "renewal_review", "renewal")
            if chance.random() < 0.6:
                add(row, term_end - chance.randrange(15, 55), "call", "renewal")
        for deal in life.deals:
            if deal.kind == "expansion":
                add(row, deal.created + chance.randrange(1, 15), "meeting", "expansion")
    if rows:
        account, day, kind, purpose = np.array(rows, dtype=np.int64).T
        # Nobody is called before signing up or after leaving.
        keep = block.is_active(account, day)
        touches.add(account[keep], day[keep], kind[keep], purpose[keep])


def write_sentiment(folder: ParquetFolder, block: Block, owners: Ownership) -> None:
    """Write crm_csm_sentiment: late, rosy and noisy readings of how accounts feel."""
    chance = block.chance(purpose=41)
    human = np.flatnonzero((block.touch < 3) & block.is_real)
    every = np.array([21, 35, 80])[block.touch[human]]
    account, day = _rhythm(block, chance, human, every)
    csm = owners.owner(account, day)
    keep = block.is_active(account, day) & (csm >= 0)
    account, day, csm = account[keep], day[keep], csm[keep]
    order = np.lexsort((day, account))
    account, day, csm = account[order], day[order], csm[order]
    # One reading a day: the key of the table has no room for two.
    first = np.ones(len(account), dtype=bool)
    first[1:] = (account[1:] != account[:-1]) | (day[1:] != day[:-1])
    account, day, csm = account[first], day[first], csm[first]
    seen = block.at(block.wellbeing, account, day - 30)
    seen = 0.55 * seen + chance.normal(0.55, 0.75, len(account))
    colour = np.where(seen < -0.75, 2, np.where(seen < 0.05, 1, 0))
    block.write(
        folder,
        "crm_csm_sentiment",
        account,
        {
            "account_id": block.account_column(account),
            "csm_id": choices(csm, [c.csm_id for c in owners.csms]),
            "recorded_at": times(office_seconds(chance, day)),
            "sentiment": choices(colour, ("green", "yellow", "red")),
        },
    )


_OBJECTIVES = (
    ("Weekly reporting from the product", "reports_a_week"),
    ("Shorter hand-over between teams", "hours_saved"),
    ("Roll-out to a second department", "active_users"),
    ("Fewer errors in the monthly close", "errors_avoided"),
)
_STEPS = ("Baseline agreed", "First team live", "Result reviewed")


def write_success_plans(folder: ParquetFolder, block: Block) -> None:
    """Write success plans and milestones: one for many accounts, one per rescue."""
    settings = block.settings
    plans: list[tuple] = []
    milestones: list[tuple] = []
    for life in block.lives[: block.kept]:
        if life.segment.touch == "tech" or life.kind not in ("customer", "child"):
            continue
        chance = settings.account_chance(life.account, purpose=9)
        wanted: list[tuple[int, int, str, str, float]] = []
        again = {"high": 0.9, "mid": 0.7}.get(life.segment.touch, 0.4)
        created = max(life.start, settings.window_start) + chance.randrange(5, 60)
        while created < settings.as_of and chance.random() < again:
            what, metric = chance.choice(_OBJECTIVES)
            likely = 0.7 + 0.15 * life.quality
            length = chance.randrange(120, 300)
            wanted.append((created, length, what, metric, likely))
            created += length + chance.randrange(10, 60)
        for start, end, saved in life.rescues:
            likely = 0.9 if saved else 0.1
            wanted.append(
                (
                    start,
                    max(40, end - start),
                    "Usage back to its level",
                    "usage",
                    likely,
                )
            )
        stop = life.spans[-1][1] or settings.as_of + 1
        number = 0
        for created, length, what, metric, likely in wanted:
            if not settings.window_start <= created < min(stop, settings.as_of):
                continue
            number += 1
            identity = f"PLN-{life.account + 1:07d}-{number}"
            plans.append(
                (
                    identity,
                    account_id(life.account),
                    what,
                    metric,
                    *_progress(chance, created, length, likely, stop, settings.as_of),
                )
            )
            milestones += _milestones(chance, identity, plans[-1], length)
    if not plans:
        return
    columns = list(zip(*plans, strict=True))
    folder.add(
        "crm_success_plans",
        {
            "success_plan_id": columns[0],
            "account_id": columns[1],
            "objective": columns[2],
            "metric_name": columns[3],
            "status": columns[4],
            "baseline_value": columns[5],
            "target_value": columns[6],
            "current_value": columns[7],
            "created_at": times(columns[8]),
            "target_date": days(columns[9]),
            "completed_at": times(columns[10]),
        },
    )
    identity, plan, name, due, done = zip(*milestones, strict=True)
    folder.add(
        "crm_success_plan_milestones",
        {
            "milestone_id": identity,
            "success_plan_id": plan,
            "milestone_name": name,
            "due_date": days(due),
            "completed_at": times(done),
        },
    )


def _progress(
    chance: Random, created: int, length: int, likely: float, stop: int, as_of: int
) -> tuple:
    """Return status, values and dates of a plan as they stand on the as-of date."""
    target = created + length
    reached = chance.random() < likely
    closes = target + chance.randrange(-20, 15)
    baseline = float(chance.randrange(5, 40))
    goal = baseline * chance.choice((1.5, 2.0, 3.0))
    if stop <= as_of and closes >= stop:
        status, closed = "cancelled", stop - 1
    elif closes > as_of:
        status, closed = ("draft" if chance.random() < 0.12 else "active"), None
    else:
        status, closed = ("achieved" if reached else "missed"), closes
    elapsed = min(1.0, (min(closed or as_of, as_of) - created) / length)
    share = elapsed * (
        chance.uniform(0.9, 1.1) if reached else chance.uniform(0.1, 0.6)
    )
    share = 1.0 if status == "achieved" else min(share, 0.97)
    current = round(baseline + (goal - baseline) * share, 1)
    completed = closed * 86_400 + 57_600 if status == "achieved" else -1
    return (
        status,
        baseline,
        goal,
        current,
        created * 86_400 + 36_000,
        target,
        completed,
        min(closed or as_of, as_of),
        share,
    )


def _milestones(chance: Random, identity: str, plan: tuple, length: int) -> list[tuple]:
    created = plan[8] // 86_400
    last_day, share = plan[11], plan[12]
    rows = []
    for number, step in enumerate(_STEPS, start=1):
        due = created + length * number // len(_STEPS)
        done = min(max(created + 1, due + chance.randrange(-12, 10)), last_day)
        is_done = share >= number / len(_STEPS) - 0.05 and done > created
        moment = done * 86_400 + 50_400 if is_done else -1
        rows.append((f"{identity}-{number}", identity, step, due, moment))
    return rows


def write_advocacy(folder: ParquetFolder, block: Block) -> None:
    """Write crm_advocacy: happy customers who speak for the company."""
    chance = block.chance(purpose=42)
    human = np.flatnonzero((block.touch < 3) & block.is_real)
    account, day = _rhythm(block, chance, human, np.full(len(human), 120))
    mood = block.at(block.wellbeing, account, day)
    likely = np.array([0.12, 0.06, 0.02])[block.touch[account]] * np.exp(0.9 * mood)
    keep = block.is_active(account, day) & (chance.random(len(account)) < likely)
    account, day = account[keep], day[keep]
    block.write(
        folder,
        "crm_advocacy",
        account,
        {
            "advocacy_id": block.ids("ADV", account),
            "account_id": block.account_column(account),
            "advocacy_type": pick(
                chance,
                len(account),
                ("reference", "case_study", "review", "speaking"),
                (0.35, 0.2, 0.35, 0.1),
            ),
            "occurred_on": days(day),
        },
    )
