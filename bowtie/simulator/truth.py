"""The truth tables: exact ARR, what was planned, and the behaviour planted for it."""

from __future__ import annotations

from bowtie.simulator.billing import (
    Piece,
    account_id,
    add_arr_changes,
    levels,
    stray_customer,
    stray_item,
)
from bowtie.simulator.blocks import Block
from bowtie.simulator.lives import Life, Outcome
from bowtie.simulator.schemas import MONEY
from bowtie.simulator.writing import (
    ParquetFolder,
    days,
    decimals,
)


def write_truth(folder: ParquetFolder, block: Block) -> None:
    """Write the truth of the kept accounts, under their survivors' ids."""
    as_of = block.settings.as_of
    lives = block.lives[: block.kept]
    survivors = {life.account: _survivor(life, block) for life in lives}
    changes: dict[int, dict[int, int]] = {}
    for life, own in zip(lives, block.pieces, strict=False):
        if life.kind == "test":
            continue
        for piece in own:
            total = changes.setdefault(survivors[life.account], {})
            add_arr_changes(total, piece)
    steps = {account: levels(by_day, as_of) for account, by_day in changes.items()}
    named = [(account_id(account), found) for account, found in sorted(steps.items())]
    named += _stray_steps(lives, as_of)
    _write_arr(folder, named)
    _write_plans(folder, block, lives, survivors, steps)


def _survivor(life: Life, block: Block) -> int:
    """Follow merges to the account that is left."""
    while life.kind == "merged":
        life = block.lives[life.related - block.first]
    return life.account


def _stray_steps(lives: list[Life], as_of: int) -> list[tuple[str, list]]:
    found = []
    for life in lives:
        if life.stray_billing and life.subscriptions:
            subscription, item = stray_item(life)
            changes: dict[int, int] = {}
            dollars = Piece(_IN_DOLLARS, subscription, item, item.start, None)
            add_arr_changes(changes, dollars)
            found.append((f"unmatched:{stray_customer(life)}", levels(changes, as_of)))
    return found


class _InDollars:
    """Stands for a customer who pays in the reporting currency."""

    rate_e8 = 10**8


_IN_DOLLARS = _InDollars()


def _write_arr(folder: ParquetFolder, named: list[tuple[str, list]]) -> None:
    accounts, starts, ends, cents = [], [], [], []
    for name, steps in named:
        for position, (day, level) in enumerate(steps):
            following = position + 1
            accounts.append(name)
            starts.append(day)
            ends.append(steps[following][0] if following < len(steps) else -1)
            cents.append(level)
    if accounts:
        folder.add(
            "truth/account_arr",
            {
                "account_id": accounts,
                "valid_from": days(starts),
                "valid_to": days(ends),
                "arr": decimals(cents, MONEY),
                "arr_cents": cents,
            },
        )


def _write_plans(
    folder: ParquetFolder,
    block: Block,
    lives: list[Life],
    survivors: dict[int, int],
    steps: dict[int, list[tuple[int, int]]],
) -> None:
    as_of = block.settings.as_of
    outcomes, signals = [], []
    for life in lives:
        if life.kind == "test":
            continue
        name = account_id(survivors[life.account])
        prefix = f"OUT-{life.account + 1:07d}"
        for outcome in life.outcomes:
            outcomes.append(
                (
                    f"{prefix}-{outcome.number}",
                    name,
                    outcome.kind,
                    outcome.cause,
                    outcome.decided,
                    outcome.effective,
                    outcome.lead,
                    is_realised(outcome, steps.get(survivors[life.account], []), as_of),
                )
            )
        signals += [
            (
                name,
                signal.name,
                signal.starts,
                -1 if signal.ends is None else signal.ends,
                signal.leads_to,
                None if signal.outcome is None else f"{prefix}-{signal.outcome}",
            )
            for signal in life.signals
        ]
    if outcomes:
        columns = list(zip(*outcomes, strict=True))
        columns[4], columns[5] = days(columns[4]), days(columns[5])
        names = folder.columns("truth/planned_outcomes")
        folder.add("truth/planned_outcomes", dict(zip(names, columns, strict=True)))
    if signals:
        columns = list(zip(*signals, strict=True))
        columns[2], columns[3] = days(columns[2]), days(columns[3])
        names = folder.columns("truth/planted_signals")
        folder.add("truth/planted_signals", dict(zip(names, columns, strict=True)))


def is_realised(outcome: Outcome, steps: list[tuple[int, int]], as_of: int) -> bool:
    """Return whether the books show a planned outcome, net per account, by as-of.

    It can be undone by a second change on the same day, lie after the as-of date, or
    be hidden by the grace period or by a merged account.
    """
    if outcome.effective > as_of:
        return False
    before = next((c for d, c in reversed(steps) if d < outcome.effective), 0)
    after = next((c for d, c in reversed(steps) if d <= outcome.effective), 0)
    if outcome.kind == "churn":
        return before > 0 and after == 0
    if outcome.kind == "contraction":
        return 0 < after < before
    return after > before > 0
