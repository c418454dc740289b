"""Which weights the past would have preferred: a proposal, for a person to decide.

Weights are fitted on the earlier observation days and judged on the later ones, whose
windows open only after those of the fit are over. Nothing is written anywhere: a
proposal is accepted by editing the seeds `health_dimensions` and `health_drivers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from bowtie.backtest import DRAWS, SEED, Cases, Interval, auc_interval, compare
from bowtie.errors import BowtieError

__all__ = ["DriverWeight", "Proposal", "propose", "report"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class DriverWeight:
    """A driver's share of the score in percent where all drivers are known."""

    dimension: str
    driver: str
    known: float
    current: float
    proposed: float


@dataclass(frozen=True)
class Proposal:
    """Shares by driver, and what each set of weights makes of the later days.

    `current` and `proposed` are AUCs of the score without caps and overrides, which
    weights do not move; `gain` is their difference on the same draws.
    """

    lead_days: int
    outcome: str
    touch_tiers: tuple[str, ...]
    fitted_on: int
    weights: tuple[DriverWeight, ...]
    current: Interval
    proposed: Interval
    gain: Interval

    @property
    def is_better(self) -> bool:
        """Whether the proposal is better for certain: the interval lies above 0."""
        return self.gain.low > 0


@dataclass(frozen=True)
class _Points:
    """Points of each case (rows) and driver (columns), NaN where not scored."""

    drivers: tuple[str, ...]
    dimensions: tuple[str, ...]
    driver_weights: Floats
    dimension_weights: Floats
    points: Floats
    cases: Cases
    settled: Floats


def propose(
    connection: duckdb.DuckDBPyConnection,
    lead_days: int = 90,
    outcome: str = "logo_churn",
    touch_tiers: tuple[str, ...] = ("high", "mid", "low"),
    draws: int = DRAWS,
    seed: int = SEED,
) -> Proposal:
    """Return weights fitted on the first observation days, judged on the later ones.

    `touch_tiers` are tiers that share a policy; accounts past onboarding alone count,
    since onboarding has weights of its own. `outcome` is `logo_churn` or `arr_loss_10`.
    Raises ValueError when either half has fewer than 30 outcomes, and BowtieError for a
    candidate that was not built from scratch.
    """
    read = _read(connection, lead_days, outcome, touch_tiers)
    days = np.unique(read.cases.observed)
    for split in days[len(days) // 2 :]:
        early = read.settled <= split
        late = read.cases.observed >= split
        if read.cases.outcomes[early].sum() >= read.cases.outcomes[late].sum():
            break
    if min(read.cases.outcomes[early].sum(), read.cases.outcomes[late].sum()) < 30:
        raise ValueError("fewer than 30 outcomes to fit on, or to judge by")
    fitted = _fit(read.points[early], read.cases.outcomes[early], read)
    later = read.cases.only(late)
    judged = Cases(
        later.accounts,
        later.account_count,
        later.observed,
        later.left,
        later.outcomes,
        {
            "current": -_scores(read.points[late], read, read.driver_weights),
            "proposed": -_scores(read.points[late], read, fitted),
        },
    )
    known = ~np.isnan(read.points)
    return Proposal(
        lead_days,
        outcome,
        touch_tiers,
        int(early.sum()),
        tuple(
            DriverWeight(*row)
            for row in zip(
                read.dimensions,
                read.drivers,
                known.mean(axis=0).tolist(),
                _shares(read, read.driver_weights).tolist(),
                _shares(read, fitted).tolist(),
                strict=True,
            )
        ),
        auc_interval(judged, "current", draws, seed),
        auc_interval(judged, "proposed", draws, seed),
        compare(judged, "proposed", "current", draws, seed),
    )


def report(proposal: Proposal) -> str:
    """Return the proposal as Markdown: the verdict first, then every driver."""
    tiers = ", ".join(proposal.touch_tiers)
    verdict = (
        "The proposed weights order later days better: the interval lies above 0."
        if proposal.is_better
        else "The proposed weights are not better beyond doubt: keep the current ones."
    )
    lines = [
        f"# Weights for {tiers}: {proposal.outcome} within {proposal.lead_days} days",
        "",
        verdict,
        f"AUC on {proposal.current.observations} later observations with"
        f" {proposal.current.outcomes} outcomes, caps left out: current"
        f" {proposal.current}, proposed {proposal.proposed}, difference"
        f" {proposal.gain}. Fitted on {proposal.fitted_on} earlier ones.",
        "",
        "To accept: edit the weights in seeds/policy/health_dimensions.csv (the shares"
        " of a dimension's drivers together) and health_drivers.csv. Weights say what"
        " announced churn, not what prevents it; a driver that seldom varied in the"
        " past gets little, and may yet matter.",
        "",
        "| dimension | driver | known | current % | proposed % |",
        "|---|---|---|---|---|",
    ]
    for weight in proposal.weights:
        lines.append(
            f"| {weight.dimension} | {weight.driver} | {weight.known:.0%}"
            f" | {weight.current:.1f} | {weight.proposed:.1f} |"
        )
    return "\n".join(lines) + "\n"


def _read(
    connection: duckdb.DuckDBPyConnection,
    lead_days: int,
    outcome: str,
    touch_tiers: tuple[str, ...],
) -> _Points:
    could = {"logo_churn": "could_churn", "arr_loss_10": "could_shrink"}.get(outcome)
    if could is None:
        raise ValueError(f"weights are not fitted to {outcome!r}")
    if connection.execute(
        "from duckdb_tables() where table_name = 'kept_health_facts'"
    ).fetchone():
        raise BowtieError(
            "of weeks whose scores were kept this candidate has no points of drivers: "
            "bowtie build --from-scratch"
        )
    policy = connection.execute(
        """
        select
            dimension,
            driver,
            driver_weight,
            dimension_weight
        from intermediate.int_health_policies
        where touch_tier = ? and stage_by_age = 'growth' and driver_weight > 0
        order by dimension_position, driver_weight desc, driver
        """,
        [touch_tiers[0]],
    ).fetchall()
    columns = ", ".join(
        f"max(case when driver_points.driver = '{driver}'"
        f' then cast(driver_points.points as double) end) as "{driver}"'
        for _, driver, _, _ in policy
    )
    found = connection.execute(
        f"""
        select
            cases.account_id,
            cases.observed_on - date '2000-01-01' as observed,
            cases.left_on - date '2000-01-01' as left_after,
            cases.window_ends_on - date '2000-01-01' as settled,
            cases.{outcome} as outcome,
            {columns}
        from intermediate.int_backtest_cases as cases
        inner join intermediate.int_health_driver_points as driver_points
            on
                cases.account_id = driver_points.account_id
                and cases.observed_on = driver_points.taken_on
        inner join intermediate.int_customer_weeks as customer_weeks
            on
                driver_points.account_id = customer_weeks.account_id
                and driver_points.week = customer_weeks.week
        where
            cases.{could}
            and cases.lead_days = ?
            and list_contains(?, cases.touch_tier)
            and customer_weeks.stage_by_age <> 'onboarding'
        group by all
        order by cases.account_id, observed
        """,
        [lead_days, list(touch_tiers)],
    ).fetchnumpy()
    names, accounts = np.unique(
        np.asarray(found["account_id"], dtype=str), return_inverse=True
    )
    numbers = {
        name: np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)
        for name, values in found.items()
        if name != "account_id"
    }
    cases = Cases(
        accounts.astype(np.int64),
        len(names),
        numbers["observed"],
        numbers["left_after"],
        numbers["outcome"] == 1,
        {},
    )
    return _Points(
        tuple(driver for _, driver, _, _ in policy),
        tuple(dimension for dimension, _, _, _ in policy),
        np.array([float(weight) for _, _, weight, _ in policy]),
        np.array([float(weight) for _, _, _, weight in policy]),
        np.column_stack([numbers[driver] for _, driver, _, _ in policy]),
        cases,
        numbers["settled"],
    )


def _dimension_weights(read: _Points, weights: Floats) -> Mapping[str, float]:
    """Return what each dimension weighs: by policy, or the sum of fitted drivers."""
    if weights is read.driver_weights:
        return dict(zip(read.dimensions, read.dimension_weights, strict=True))
    totals: dict[str, float] = {}
    for dimension, weight in zip(read.dimensions, weights, strict=True):
        totals[dimension] = totals.get(dimension, 0.0) + float(weight)
    return totals


def _scores(points: Floats, read: _Points, weights: Floats) -> Floats:
    """Return the score of each case: what is missing leaves its weight to the others.

    Inside its dimension first, as the models do; 50 where nothing is known.
    """
    weighted = np.zeros(len(points))
    present = np.zeros(len(points))
    for dimension, share in _dimension_weights(read, weights).items():
        inside = np.array([name == dimension for name in read.dimensions])
        known = ~np.isnan(points[:, inside]) * weights[inside]
        total = known.sum(axis=1)
        mean = np.divide(
            (np.nan_to_num(points[:, inside]) * known).sum(axis=1),
            total,
            out=np.zeros(len(points)),
            where=total > 0,
        )
        weighted += share * mean
        present += share * (total > 0)
    return np.divide(
        weighted, present, out=np.full(len(points), 50.0), where=present > 0
    )


def _shares(read: _Points, weights: Floats) -> Floats:
    """Return each driver's percent of the score where everything is known."""
    totals = _dimension_weights(read, weights)
    result = np.zeros(len(weights))
    for dimension, share in totals.items():
        inside = np.array([name == dimension for name in read.dimensions])
        if weights[inside].sum() > 0:
            result[inside] = share * weights[inside] / weights[inside].sum()
    return 100 * result / sum(totals.values())


def _fit(points: Floats, outcomes: Flags, read: _Points, rounds: int = 3_000) -> Floats:
    """Return driver weights that add up to 100 and are none below 0.

    Logistic regression of the outcome on lost points, an unknown driver standing at
    its mean, pulled towards the current weights' direction by a small ridge, by
    projected gradient descent: a driver that seems to work backwards gets 0.
    """
    known = ~np.isnan(points)
    mean = np.divide(
        np.nan_to_num(points).sum(axis=0),
        known.sum(axis=0),
        out=np.zeros(points.shape[1]),
        where=known.any(axis=0),
    )
    lost = (mean - np.where(known, points, mean)) / 100
    target = outcomes.astype(np.float64)
    current = _shares(read, read.driver_weights) / 100
    weights = 5 * current
    prior = 5 * current
    rate = target.mean()
    intercept = float(np.log(rate / (1 - rate)))
    ridge = 0.002
    curvature = 0.25 * np.linalg.norm(lost, 2) ** 2 / len(target) + ridge
    for _ in range(rounds):
        expected = 1 / (1 + np.exp(-(intercept + lost @ weights)))
        missed = expected - target
        slope = lost.T @ missed / len(target) + ridge * (weights - prior)
        weights = np.maximum(weights - slope / curvature, 0)
        intercept -= float(missed.mean()) / 0.25
    return 100 * weights / weights.sum()
