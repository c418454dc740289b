"""How an account is lost, and how one in seven comes back."""

from __future__ import annotations

from random import Random

from bowtie.simulator.catalogue import FREE
from bowtie.simulator.lives import Deal, Life, Outcome
from bowtie.simulator.planting import (
    LEAD_DAYS,
    NEVER,
    contract_day,
    drop_in_use,
    hot_tickets,
    poor_survey,
    sour,
)
from bowtie.simulator.settings import GRACE_DAYS, Settings
from bowtie.simulator.signing import end_account, settle, sign

# How churn comes about: weight, and whether behaviour warns of it.
CHURN_CAUSES = (
    ("low_adoption", 0.32, True),
    ("support", 0.13, True),
    ("champion_left", 0.13, True),
    ("payment", 0.10, True),
    ("competitor", 0.13, True),
    ("acquired", 0.05, False),
    ("budget", 0.08, False),
)
# Chance that a warned churn of an account with a CSM is fought for, in vain.
FAILED_RESCUE = 0.35


def churn(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Lose the account, most often at a term end, for one of `CHURN_CAUSES`."""
    causes = CHURN_CAUSES
    main = life.main
    unlikely = set()
    if main.core().product == FREE:
        return day + 30
    if life.segment.touch == "tech" and chance.random() < 0.7:
        unlikely.add("champion_left")
    if main.interval == "year" or main.count > 1:
        unlikely.add("payment")
    causes = [c for c in causes if c[0] not in unlikely]
    cause, _, warned = chance.choices(causes, [c[1] for c in causes])[0]
    at_term_end = chance.random() < 0.7 or cause == "payment"
    lead, effective = contract_day(life, settings, chance, day, at_term_end)
    start = effective - lead
    if start > settings.as_of:
        return NEVER
    settle(life, settings, chance, min(effective - 1, settings.as_of))
    main = life.main
    if main.lapsed:
        return NEVER
    if main.start >= effective:
        return main.start + 20
    if cause == "payment":
        # The first invoice that is not paid decides when the signal starts.
        issued = main.next_boundary(max(start - life.net_days, main.anchor))
        overdue = issued + life.net_days
        if effective - overdue < LEAD_DAYS[0] or overdue < start:
            cause = "low_adoption"
        else:
            start, lead = overdue, effective - overdue
    if not warned:
        decided = effective - chance.randrange(1, 8)
        outcome = life.plan("churn", cause, decided, effective, 0)
    else:
        decided = start + int(0.65 * lead)
        outcome = life.plan("churn", cause, decided, effective, lead)
        _warn_of_churn(life, chance, cause, start, lead, outcome)
        if life.segment.touch != "tech" and chance.random() < FAILED_RESCUE:
            life.rescues.append((start + lead // 3, effective, False))
    if life.segment.touch != "tech" and main.term_end == effective:
        life.renewal_reviews.append(effective)
        created = max(effective - 120, main.start)
        if created <= settings.as_of:
            # Nobody gives a renewal up while the books still hope for it.
            hoping = GRACE_DAYS if main.auto_renews is False else 0
            closes = effective + hoping + chance.randrange(0, 8)
            life.deals.append(
                Deal(
                    "renewal",
                    None,
                    None,
                    main.number,
                    life.local_arr(),
                    "csm",
                    created,
                    effective,
                    closes,
                    False,
                )
            )
    if effective > settings.as_of:
        outcome.realised = False
        if main.auto_renews is not False and decided <= settings.as_of:
            main.cancel_requested = decided
        main.lapsed = True
        return NEVER
    silent_end = effective
    cancelled = decided if chance.random() < 0.7 else None
    reasons = {"low_adoption": "not_used", "payment": "payment_failed"}
    end_account(life, silent_end, reasons.get(cause, cause), cancelled, chance)
    return maybe_return(life, settings, chance, effective)


def _warn_of_churn(
    life: Life, chance: Random, cause: str, start: int, lead: int, outcome: Outcome
) -> None:
    """Plant the behaviour of a churn cause; the first sign is on day `start`."""
    strength = chance.uniform(0.5, 0.85) if chance.random() < 0.85 else 0.3
    if cause == "low_adoption":
        drop_in_use(life, start, lead, strength, outcome)
        sour(life, start, lead, 1.8 * strength)
        if chance.random() < 0.4:
            poor_survey(life, chance, start, lead, outcome)
    elif cause == "support":
        hot_tickets(life, chance, start, lead, outcome)
        sour(life, start, lead, 2.2)
        drop_in_use(life, start + lead // 4, lead * 3 // 4, 0.6 * strength, outcome)
    elif cause == "champion_left":
        life.champion_moves.append((start, None))
        life.signal("champion_left", start, None, outcome)
        drop_in_use(life, start + 7, lead - 7, 0.8 * strength, outcome)
        sour(life, start, lead, 1.2)
    elif cause == "payment":
        life.overdue.append((start - life.net_days, outcome.effective))
        life.signal("payment_overdue", start, outcome.effective, outcome)
        if chance.random() < 0.6:
            drop_in_use(life, start + 5, lead - 5, 0.7 * strength, outcome)
    else:
        drop_in_use(life, start, lead, 0.7 * strength, outcome)
        poor_survey(life, chance, start, lead, outcome)
        sour(life, start, lead, 1.5)


def maybe_return(life: Life, settings: Settings, chance: Random, day: int) -> int:
    """Bring one account in seven back; return the day on which life goes on."""
    back = day + chance.randrange(GRACE_DAYS + 5, 330)
    if chance.random() > 0.14 or back > settings.as_of:
        return NEVER
    sign(life, settings, chance, back, again=True)
    return back + 60
