"""Opportunities and the stages they went through, as the CRM shows them."""

from __future__ import annotations

from random import Random

from bowtie.simulator.billing import account_id, subscription_id
from bowtie.simulator.blocks import Block
from bowtie.simulator.lives import Deal
from bowtie.simulator.schemas import AMOUNT
from bowtie.simulator.writing import (
    ParquetFolder,
    days,
    decimals,
    times,
)

# Stages on the way, by kind of opportunity; won and lost come last.
STAGES = {
    "new_business": ("qualification", "proposal", "negotiation"),
    "expansion": ("identified", "proposal", "negotiation"),
    "renewal": ("upcoming", "in_review", "proposal"),
}
WON, LOST = "closed_won", "closed_lost"
FIRST_HOUR, LAST_HOUR = 8 * 3_600, 17 * 3_600


def write_opportunities(folder: ParquetFolder, block: Block) -> None:
    """Write crm_opportunities and crm_opportunity_stages of the kept accounts."""
    opportunities: list[tuple] = []
    stages: list[tuple] = []
    as_of = block.settings.as_of
    for life in block.lives[: block.kept]:
        if life.kind in ("merged", "test"):
            continue
        chance = block.settings.account_chance(life.account, purpose=10)
        known = {s.number for s in life.subscriptions if s.start <= as_of}
        for number, deal in enumerate(life.deals, start=1):
            if deal.created > as_of:
                continue
            identity = f"OPP-{life.account + 1:07d}-{number}"
            # A new-business deal that closes on the first day was open before it.
            closes = deal.closes
            if closes is not None:
                closes = max(closes, deal.created)
                closes = closes if closes <= as_of else None
            history = _history(deal, closes, as_of, chance)
            for stage, second in history:
                stages.append((identity, stage, second, deal.amount_cents * 10))
            subscription = deal.subscription if deal.subscription in known else None
            opportunities.append(
                (
                    identity,
                    account_id(life.account),
                    deal.kind,
                    deal.expansion,
                    deal.product,
                    subscription_id(life.account, subscription)
                    if subscription
                    else None,
                    history[-1][0],
                    deal.amount_cents * 10,
                    life.currency,
                    deal.source,
                    history[0][1],
                    max(deal.expected, deal.created),
                    -1 if closes is None else history[-1][1],
                    None if closes is None else deal.won,
                )
            )
    if not opportunities:
        return
    columns = list(zip(*opportunities, strict=True))
    columns[7] = decimals(columns[7], AMOUNT)
    columns[10], columns[12] = times(columns[10]), times(columns[12])
    columns[11] = days(columns[11])
    names = folder.columns("crm_opportunities")
    folder.add("crm_opportunities", dict(zip(names, columns, strict=True)))
    identity, stage, second, amount = zip(*stages, strict=True)
    folder.add(
        "crm_opportunity_stages",
        {
            "opportunity_id": identity,
            "stage": stage,
            "entered_at": times(second),
            "amount": decimals(amount, AMOUNT),
        },
    )


def _history(deal: Deal, closes: int | None, as_of: int, chance: Random) -> list[tuple]:
    """Return (stage, second entered) in order; the last is where the deal stands."""
    path = STAGES[deal.kind]
    start = deal.created * 86_400 + FIRST_HOUR
    expected = max(deal.expected, deal.created + 5)
    if closes is None:
        # Open: as far as it would be by now if it kept to its expected close.
        last = as_of * 86_400 + LAST_HOUR
        span = max(expected * 86_400 - start, 86_400)
    else:
        last = closes * 86_400 + LAST_HOUR
        span = max(last - start, 3)
    history = [(path[0], start)]
    for number, stage in enumerate(path[1:], start=1):
        share = (number + chance.uniform(-0.3, 0.3)) / (len(path) + 0.2)
        entered = start + max(1, int(span * share))
        if entered >= last or entered <= history[-1][1]:
            break
        history.append((stage, entered))
    if closes is not None:
        history.append((WON if deal.won else LOST, last))
    return history
