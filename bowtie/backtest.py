"""How well the health score predicts, and how sure that is.

The mart `health_backtest` holds the figures; here is what SQL is no place for: how sure
they are (whole accounts resampled), whether they vanish when they must (outcomes
permuted), whether a predictor peeks at what came after (two checks), and how the
probabilities held. Which weights the past would have preferred: `health_tuning`.

Every function takes an open DuckDB connection to a built warehouse, or arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Calibration",
    "Cases",
    "Decay",
    "Interval",
    "auc",
    "auc_interval",
    "calibration",
    "compare",
    "decay",
    "permutation_bound",
    "permuted_auc",
    "read_cases",
    "restated",
]

DRAWS = 1_000
SEED = 20251231
SCORE = "health_score"

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """Customers observed on some days, one entry each of `n`.

    `accounts` numbers the account, 0 to below `account_count`; `observed` and `left`
    are days as numbers (`left` is NaN for a customer that stayed); `ranks` holds for
    each predictor its value, more of which announces the outcome, NaN where unknown.
    """

    accounts: Integers
    account_count: int
    observed: Floats
    left: Floats
    outcomes: Flags
    ranks: Mapping[str, Floats]

    def only(self, rows: Flags) -> Cases:
        """Return the cases of some rows, over the same accounts."""
        return Cases(
            self.accounts[rows],
            self.account_count,
            self.observed[rows],
            self.left[rows],
            self.outcomes[rows],
            {name: values[rows] for name, values in self.ranks.items()},
        )


@dataclass(frozen=True)
class Interval:
    """An estimate with the 2.5th and 97.5th percentile of its resampled values."""

    estimate: float
    low: float
    high: float
    observations: int
    outcomes: int

    def __str__(self) -> str:
        return f"{self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}]"


def read_cases(
    connection: duckdb.DuckDBPyConnection, lead_days: int, outcome: str
) -> Cases:
    """Return all customers who could have the outcome within `lead_days`.

    Outcomes and predictors are those of `health_backtest`. Raises ValueError for an
    outcome that it does not know.
    """
    could = {
        "logo_churn": "could_churn",
        "arr_loss_10": "could_shrink",
        "expansion_10": "could_grow",
    }.get(outcome)
    if could is None:
        raise ValueError(f"there is no outcome {outcome!r}")
    rank = "gain_rank" if outcome == "expansion_10" else "loss_rank"
    predictors = [
        name
        for (name,) in connection.execute(
            "select distinct predictor from intermediate.int_backtest_predictions"
            " order by predictor"
        ).fetchall()
    ]
    values = ", ".join(
        f"max(case when predictions.predictor = '{name}' then predictions.{rank} end)"
        f' as "{name}"'
        for name in predictors
    )
    found = connection.execute(
        f"""
        select
            cases.account_id,
            cases.observed_on - date '2000-01-01' as observed,
            cases.left_on - date '2000-01-01' as left_after,
            cases.{outcome} as outcome,
            {values}
        from intermediate.int_backtest_cases as cases
        inner join intermediate.int_backtest_predictions as predictions
            on
                cases.account_id = predictions.account_id
                and cases.observed_on = predictions.observed_on
        where cases.{could} and cases.lead_days = ?
        group by all
        order by cases.account_id, observed
        """,
        [lead_days],
    ).fetchnumpy()
    accounts, numbers = np.unique(
        np.asarray(found["account_id"], dtype=str), return_inverse=True
    )
    return Cases(
        accounts=numbers.astype(np.int64),
        account_count=len(accounts),
        observed=_floats(found["observed"]),
        left=_floats(found["left_after"]),
        outcomes=np.asarray(found["outcome"], dtype=bool),
        ranks={name: _floats(found[name]) for name in predictors},
    )


def _floats(values: np.ndarray) -> Floats:
    """Return a column as floats, NaN where it is null."""
    return np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)


# --- How well, and how sure -----------------------------------------------------------


def auc(values: Floats, outcomes: Flags) -> float:
    """Return the share of pairs that the values order rightly; a tie counts half.

    A pair is a case with the outcome and one without: Mann and Whitney's U over all
    pairs (Annals of Mathematical Statistics 18, 1947). NaN where one kind is missing.
    """
    weights = np.ones((1, len(values)))
    return float(_weighted_auc(_sorted(values, outcomes), weights)[0])


@dataclass(frozen=True)
class _Sorted:
    """Cases in the order of their values: where each run of ties starts."""

    order: Integers
    starts: Integers
    outcomes: Floats


def _sorted(values: Floats, outcomes: Flags) -> _Sorted:
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    fresh = np.ones(len(values), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return _Sorted(order, np.flatnonzero(fresh), outcomes[order].astype(np.float64))


def _weighted_auc(cases: _Sorted, weights: Floats) -> Floats:
    """Return one AUC a row of `weights`, which has a column per case."""
    if not len(cases.order):
        return np.full(len(weights), np.nan)
    ordered = weights[:, cases.order]
    hits = np.add.reduceat(ordered * cases.outcomes, cases.starts, axis=1)
    misses = np.add.reduceat(ordered * (1 - cases.outcomes), cases.starts, axis=1)
    misses_below = np.cumsum(misses, axis=1) - misses
    pairs = hits.sum(axis=1) * misses.sum(axis=1)
    right = (hits * (misses_below + misses / 2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(pairs > 0, right / pairs, np.nan)


def _resampled(
    predictors: list[_Sorted], cases: Cases, draws: int, seed: int
) -> Floats:
    """Return AUCs, a row a draw of whole accounts and a column a predictor."""
    generator = np.random.default_rng(seed)
    count = cases.account_count
    results = np.empty((draws, len(predictors)))
    step = 25
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = generator.integers(0, count, size=(rows, count))
        drawn += np.arange(rows)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=rows * count)
        weights = times.reshape(rows, count)[:, cases.accounts].astype(np.float64)
        for column, predictor in enumerate(predictors):
            results[start : start + rows, column] = _weighted_auc(predictor, weights)
    return results


def _interval(estimate: float, draws: Floats, cases: Cases) -> Interval:
    valid = draws[~np.isnan(draws)]
    low, high = np.percentile(valid, [2.5, 97.5]) if len(valid) else (np.nan, np.nan)
    return Interval(
        estimate,
        float(low),
        float(high),
        len(cases.outcomes),
        int(cases.outcomes.sum()),
    )


def auc_interval(
    cases: Cases, predictor: str, draws: int = DRAWS, seed: int = SEED
) -> Interval:
    """Return a predictor's AUC where it is known, with its 95 % interval.

    Accounts are drawn with replacement, each with all its observations: those of one
    account resemble each other, and would make single draws look too sure.
    """
    known = cases.only(~np.isnan(cases.ranks[predictor]))
    ordered = _sorted(known.ranks[predictor], known.outcomes)
    estimate = auc(known.ranks[predictor], known.outcomes)
    return _interval(estimate, _resampled([ordered], known, draws, seed)[:, 0], known)


def compare(
    cases: Cases,
    predictor: str,
    baseline: str,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Interval:
    """Return how much higher the predictor's AUC is, on cases where both are known.

    A baseline that is better read backwards is read backwards: it is beaten at its
    best. Both are computed on the same draws.
    """
    known = cases.only(
        ~np.isnan(cases.ranks[predictor]) & ~np.isnan(cases.ranks[baseline])
    )
    turned = known.ranks[baseline]
    if auc(turned, known.outcomes) < 0.5:
        turned = -turned
    ours = _sorted(known.ranks[predictor], known.outcomes)
    theirs = _sorted(turned, known.outcomes)
    drawn = _resampled([ours, theirs], known, draws, seed)
    estimate = auc(known.ranks[predictor], known.outcomes) - auc(turned, known.outcomes)
    return _interval(estimate, drawn[:, 0] - drawn[:, 1], known)


# --- Does it vanish when it must? -----------------------------------------------------


def permuted_auc(cases: Cases, predictor: str, seed: int = SEED) -> float:
    """Return the AUC after the outcomes of each observation day changed owners."""
    known = cases.only(~np.isnan(cases.ranks[predictor]))
    generator = np.random.default_rng(seed)
    shuffled = known.outcomes.copy()
    for day in np.unique(known.observed):
        rows = np.flatnonzero(known.observed == day)
        shuffled[rows] = known.outcomes[generator.permutation(rows)]
    return auc(known.ranks[predictor], shuffled)


def permutation_bound(observations: int, outcomes: int, deviations: float = 4) -> float:
    """Return how far from 0.5 an AUC of permuted outcomes may lie.

    So many standard deviations of U / (n1 n0) where values say nothing:
    sqrt((n1 + n0 + 1) / (12 n1 n0)) (Mann and Whitney 1947); ties make it smaller.
    """
    others = observations - outcomes
    return deviations * float(np.sqrt((observations + 1) / (12 * outcomes * others)))


@dataclass(frozen=True)
class Decay:
    """AUC for customers who left soon after the observation, and long after it."""

    near: Interval
    far: Interval
    drop: Interval

    @property
    def is_suspicious(self) -> bool:
        """Whether it knows of far outcomes, and no less than of near ones.

        What one can see fades with distance; what was looked up afterwards does not.
        """
        return self.far.low > 0.6 and self.drop.low <= 0


def decay(
    cases: Cases, predictor: str, lead_days: int, draws: int = DRAWS, seed: int = SEED
) -> Decay:
    """Compare the AUC for departures in the window's first third and its last third.

    For `logo_churn`; customers who left in between are left out. It finds a predictor
    that is mostly peeking; one that peeks a little and decays otherwise is found only
    by `restated`. Raises ValueError below 90 days: thirds of a month are too near to
    each other for anything to fade.
    """
    if lead_days < 90:
        raise ValueError("a window of at least 90 days is needed to see a decay")
    known = cases.only(~np.isnan(cases.ranks[predictor]))
    waited = known.left - known.observed
    is_near = ~known.outcomes | (waited <= lead_days / 3)
    is_far = ~known.outcomes | (waited > lead_days * 2 / 3)
    ordered, parts = [], []
    for rows in (is_near, is_far):
        # Cases of the other part stay, without weight, so that draws are shared.
        parts.append(known.only(rows))
        part = _sorted(parts[-1].ranks[predictor], parts[-1].outcomes)
        places = np.flatnonzero(rows)
        ordered.append(_Sorted(places[part.order], part.starts, part.outcomes))
    estimates = [auc(part.ranks[predictor], part.outcomes) for part in parts]
    drawn = _resampled(ordered, known, draws, seed)
    near, far = (_interval(estimates[k], drawn[:, k], parts[k]) for k in range(2))
    drop = _interval(estimates[0] - estimates[1], drawn[:, 0] - drawn[:, 1], known)
    return Decay(near, far, drop)


def restated(
    now: Mapping[str, object], then: Mapping[str, object]
) -> dict[str, tuple[object, object]]:
    """Return accounts whose predictor today differs from what it was known to be.

    `now` and `then` give a predictor's value for one observation day, by account: from
    today's warehouse, and from one built as of that day, which holds no later fact. A
    predictor that peeks differs, by definition; one that does not cannot. Accounts of
    `now` alone are not listed when they are unknown to `then` because of grace: an
    observation needs a contract that is in force by today's ledger.
    """
    return {
        account: (now[account], then.get(account))
        for account in now
        if account in then and now[account] != then[account]
    }


# --- Did probabilities hold? ----------------------------------------------------------


@dataclass(frozen=True)
class Calibration:
    """Forecasts of about one size: their mean, and how often the outcome came."""

    forecasts: int
    mean_probability: float
    outcome_rate: float


def calibration(
    connection: duckdb.DuckDBPyConnection,
    lead_days: int,
    outcome: str,
    predictor: str = SCORE,
    edges: tuple[float, ...] = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4),
) -> list[Calibration]:
    """Return forecasts by size, from probabilities that the past gave at the time."""
    found = connection.execute(
        """
        select
            cast(probability as double) as probability,
            observations,
            outcomes
        from intermediate.int_backtest_probabilities
        where
            probability is not null
            and lead_days = ? and outcome = ? and predictor = ?
        order by all
        """,
        [lead_days, outcome, predictor],
    ).fetchnumpy()
    probability = _floats(found["probability"])
    observations, outcomes = _floats(found["observations"]), _floats(found["outcomes"])
    group = np.searchsorted(edges, probability, side="right") - 1
    rows = []
    for index in range(len(edges)):
        inside = group == index
        forecasts = float(observations[inside].sum())
        if forecasts:
            mean = float((probability * observations)[inside].sum() / forecasts)
            rate = float(outcomes[inside].sum() / forecasts)
            rows.append(Calibration(int(forecasts), mean, rate))
    return rows
