"""A simulated company with known answers.

    simulate(accounts=1_000, months=24, seed=7, out=Path("raw"))

writes the raw contract as Parquet, and beside it, in `truth/`, what only a simulator
can know. It shares no code with the models, so that they can be checked against it.

**What is planted.** Each account lives through chapters (`chapters.py`). A chapter
plants behaviour and, 30 to 120 days later (`lead_days`), changes the contract:

| outcome | causes | behaviour that precedes it |
|---|---|---|
| churn | low_adoption, competitor | usage falls, detractor NPS |
| | support | critical and escalated tickets, then usage falls |
| | champion_left | the champion leaves, then usage falls |
| | payment | an invoice stays unpaid; often usage falls |
| | acquired, budget, regret | none: `lead_days` is 0 |
| | lapsed_before_late_renewal | none: paper signed after the grace period |
| contraction | low_seat_utilisation, product_unused | usage falls |
| | budget | usage falls, or nothing (`lead_days` 0) |
| expansion | seats_near_limit | active users rise to the seats bought |
| | new_need, outgrew_plan, outgrew_product | usage grows |
| | price_rise, discount_expiry | none |

**What is planted to mislead.** Dips that recover by themselves, dips that recover
after a recorded rescue by the CSM (`recovery_untreated`, `recovery_treated` in
`planted_signals.leads_to`), rescues that fail, champions who are replaced, bursts of
critical tickets, late payers. Each account has a lasting quality that shifts its usage,
mood and odds alike, and every reading carries noise.

**Truth tables.** `account_arr`: exact ARR as change points, half-open, survivors of
merges only, `unmatched:<billing id>` for unknown billers, no test accounts; DECISIONS
A1 to A5 with the default policies. `planned_outcomes`: `is_realised` is false when the
books do not show it by the as-of date. `planted_signals`: behaviour by account, with
the outcome that it leads to. `parameters.json`: what the run was asked for.

**Determinism.** The same arguments give the same bytes. An account's life does not
depend on how many accounts there are: accounts are simulated in blocks of 1,000,
each from its own streams, and a smaller company is a prefix of a larger one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from bowtie.simulator.company import write_company
from bowtie.simulator.settings import Settings
from bowtie.simulator.writing import ParquetFolder

__all__ = ["simulate"]


def simulate(
    accounts: int,
    months: int,
    seed: int,
    out: Path,
    as_of: date = date(2025, 12, 31),
    usage_grain: str = "daily",
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write a simulated company to a folder.

    Args:
        accounts: CRM accounts, 1 to 9,999,999.
        months: calendar months of behaviour up to the as-of date's; contracts reach
            up to 60 months further back.
        seed: 0 to 2^31 - 1.
        out: the folder; made if missing, files of the same names are replaced.
        as_of: the last day that has been; nothing is dated after it but plans.
        usage_grain: `daily`, or `weekly` for one usage row a week, on its Sunday.
        progress: called now and then with a line for the user.

    Raises:
        ValueError: an argument is out of its range.

    """
    settings = Settings.of(accounts, months, seed, as_of, usage_grain)
    folder = ParquetFolder(Path(out))
    try:
        write_company(folder, settings, progress or (lambda line: None))
    except BaseException:
        folder.abandon()
        raise
    folder.close()
