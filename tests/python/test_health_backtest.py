"""The health score must predict what a simulated company was made to do.

Causes are planted 30 to 120 days ahead, among dips that mean nothing and churns without
a warning: a score that reads behaviour beats every simpler guess, and is not perfect.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
from measured import measured_in

from benchmarks.compiled_models import CompiledModels, compile_models
from bowtie.backtest import (
    Cases,
    auc,
    auc_interval,
    calibration,
    compare,
    decay,
    permutation_bound,
    permuted_auc,
    read_cases,
    restated,
)
from bowtie.errors import BowtieError
from bowtie.health_tuning import propose, report
from bowtie.simulator import simulate

AS_OF = date(2025, 12, 31)
OBSERVED = date(2025, 6, 22)  # a Sunday, 28 weeks before the last one's
ACCOUNTS = 1_800
BASELINES = ("calendar", "tenure", "last_login", "csm_sentiment")
DRAWS = 400


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> CompiledModels:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(ACCOUNTS, 24, 20251231, folder / "raw", usage_grain="weekly")
    return compile_models(folder / "raw", AS_OF, folder / "dbt", ("health_backtest",))


@pytest.fixture(scope="module")
def warehouse(models):
    with models.run() as connection:
        yield connection


@pytest.fixture(scope="module")
def churned_in_90_days(warehouse) -> Cases:
    return read_cases(warehouse, 90, "logo_churn")


# --- On simulated data ----------------------------------------------------------------


def test_what_is_measured_equals_the_oracle(warehouse):
    measured = measured_in(warehouse, every=3)
    assert measured.differing() == []
    assert len(measured.weeks) > 5_000


@pytest.mark.parametrize("lead_days", [30, 90])
def test_score_beats_every_simpler_guess_at_churn(warehouse, lead_days):
    cases = read_cases(warehouse, lead_days, "logo_churn")
    assert cases.outcomes.sum() > 200, "too few churns to prove anything"
    assert auc_interval(cases, "health_score", DRAWS).low > 0.75
    for baseline in BASELINES:
        ahead = compare(cases, "health_score", baseline, DRAWS)
        assert ahead.low > 0.1, f"{baseline}: ahead by {ahead}"


@pytest.mark.parametrize("outcome", ["logo_churn", "arr_loss_10", "expansion_10"])
@pytest.mark.parametrize("lead_days", [30, 90, 180])
def test_mart_and_python_agree_on_every_auc(warehouse, lead_days, outcome):
    cases = read_cases(warehouse, lead_days, outcome)
    published = dict(
        warehouse.execute(
            "select predictor, auc from health.health_backtest"
            " where lead_days = ? and outcome = ? and slice_name = 'all'",
            [lead_days, outcome],
        ).fetchall()
    )
    assert set(published) == {"health_score", *BASELINES}
    for predictor, figure in published.items():
        ours = auc_interval(cases, predictor, draws=1).estimate
        assert float(figure) == pytest.approx(ours, abs=1e-6), predictor


def test_with_outcomes_permuted_nothing_is_left(churned_in_90_days):
    cases = churned_in_90_days
    bound = permutation_bound(len(cases.outcomes), int(cases.outcomes.sum()))
    assert bound < 0.05
    for seed in range(20):
        assert abs(permuted_auc(cases, "health_score", seed) - 0.5) < bound


def test_probabilities_hold_to_within_a_fifth_or_two_points(warehouse):
    rows = calibration(warehouse, 90, "logo_churn")
    assert sum(row.forecasts for row in rows) > 5_000
    for row in rows:
        slack = max(0.02, 0.2 * row.mean_probability)
        if row.forecasts > 500:
            assert abs(row.outcome_rate - row.mean_probability) < slack, row


def test_score_undercuts_the_base_rate_s_brier_score(warehouse):
    for lead_days, score, base in warehouse.execute(
        "select lead_days, brier_score, brier_score_of_base_rate"
        " from health.health_backtest where slice_name = 'all'"
        " and outcome = 'logo_churn' and predictor = 'health_score'"
    ).fetchall():
        assert score < base, lead_days


def test_red_leaves_more_often_than_yellow_and_yellow_than_green(warehouse):
    for red, yellow, green in warehouse.execute(
        "select red_rate, yellow_rate, green_rate from health.health_backtest"
        " where slice_name = 'all' and predictor = 'health_score'"
        " and outcome in ('logo_churn', 'arr_loss_10')"
    ).fetchall():
        assert red > 1.5 * float(yellow) > 1.5 * 1.2 * float(green)


def test_proposed_weights_are_shares_and_the_report_says_what_they_are_worth(warehouse):
    proposal = propose(warehouse, 90, "logo_churn", ("tech",), draws=200)
    for kind in ("current", "proposed"):
        shares = [getattr(weight, kind) for weight in proposal.weights]
        assert sum(shares) == pytest.approx(100)
        assert min(shares) >= 0
    words = report(proposal)
    assert ("not better" in words) != proposal.is_better
    assert "| usage | seat_utilisation |" in words


def test_no_weights_are_proposed_where_points_of_earlier_weeks_are_not_there():
    with duckdb.connect() as candidate:
        candidate.execute("create table kept_health_facts as select 1 as n")
        with pytest.raises(BowtieError, match="bowtie build --from-scratch"):
            propose(candidate)


# --- Leaks ----------------------------------------------------------------------------


def test_decay_finds_a_predictor_that_was_told_the_outcome(warehouse):
    cases = read_cases(warehouse, 180, "logo_churn")
    noise = np.random.default_rng(7).normal(size=len(cases.outcomes))
    told = replace(cases, ranks={**cases.ranks, "told": cases.outcomes * 2 + noise})
    assert decay(told, "told", 180, DRAWS).is_suspicious
    for predictor in cases.ranks:
        assert not decay(told, predictor, 180, DRAWS).is_suspicious, predictor


RANKS = """
    select account_id, loss_rank from intermediate.int_backtest_predictions
    where predictor = ? and observed_on = ?
"""
LAST_USE_EVER = """
    select account_id, max(last_reported_on) from health.usage_weekly
    where active_users_max > 0 group by account_id
"""


def test_no_predictor_knows_what_came_after_the_observation(models, warehouse):
    """A warehouse built as of the observation day holds no later fact.

    Of a predictor that peeks (last use ever, not up to that day) the values differ.
    `calendar` is left out: raw rows keep a subscription's current term only, so that
    the file of that day, with the term that ran then, cannot be had from today's.
    """
    earlier = as_of(models, OBSERVED, "int_backtest_predictions")
    with earlier.run() as then:
        for predictor in ("health_score", *BASELINES[1:]):
            asked = [predictor, OBSERVED]
            known = dict(then.execute(RANKS, asked).fetchall())
            now = dict(warehouse.execute(RANKS, asked).fetchall())
            assert len(now) > ACCOUNTS / 2
            assert now.keys() <= known.keys(), "an account that was unknown then"
            assert restated(now, known) == {}, predictor
        planted = restated(
            dict(warehouse.execute(LAST_USE_EVER).fetchall()),
            dict(then.execute(LAST_USE_EVER).fetchall()),
        )
    assert len(planted) > ACCOUNTS / 2


def as_of(models: CompiledModels, day: date, last: str) -> CompiledModels:
    """Return the models up to `last`, compiled for an earlier day of the same year."""
    names = [node.name for node in models.nodes]
    literal = f"cast('{AS_OF.isoformat()}' as date)"
    kept = models.nodes[: names.index(last) + 1]
    moved = tuple(
        replace(
            node,
            statements=tuple(
                statement.replace(literal, f"cast('{day.isoformat()}' as date)")
                for statement in node.statements
            ),
        )
        for node in kept
    )
    assert moved != kept
    assert not any(
        AS_OF.isoformat() in statement
        for node in moved
        for statement in node.statements
    )
    return CompiledModels(moved)


# --- By hand --------------------------------------------------------------------------


def cases_of(values, outcomes, accounts=None) -> Cases:
    count = len(values)
    numbers = np.array(range(count) if accounts is None else accounts)
    return Cases(
        numbers,
        int(numbers.max()) + 1,
        np.zeros(count),
        np.full(count, np.nan),
        np.array(outcomes, dtype=bool),
        {"guess": np.array(values, dtype=float)},
    )


def test_auc_of_five_cases_with_a_tie():
    values = np.array([10.0, 20, 5, 15, 20])
    assert auc(values, np.array([1, 1, 0, 0, 0], dtype=bool)) == pytest.approx(3.5 / 6)


def test_auc_without_one_kind_is_nothing():
    assert np.isnan(auc(np.array([1.0, 2]), np.array([False, False])))
    assert np.isnan(auc(np.array([]), np.array([], dtype=bool)))


def test_accounts_are_drawn_whole():
    """Ten copies of each account tell no more than one: the interval stays as wide."""
    generator = np.random.default_rng(3)
    outcomes = generator.random(200) < 0.3
    values = outcomes + generator.normal(size=200)
    once = auc_interval(cases_of(values, outcomes), "guess", 400)
    copies = cases_of(
        np.repeat(values, 10), np.repeat(outcomes, 10), np.repeat(np.arange(200), 10)
    )
    many = auc_interval(copies, "guess", 400)
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.01)


def test_a_guess_that_points_the_wrong_way_is_turned_before_it_is_beaten():
    cases = cases_of([1.0, 2, 3, 4], [0, 0, 1, 1])
    backwards = replace(
        cases, ranks={**cases.ranks, "backwards": -cases.ranks["guess"]}
    )
    assert compare(backwards, "guess", "backwards", 50).estimate == 0


def test_an_outcome_that_is_not_there_is_refused():
    with duckdb.connect() as connection, pytest.raises(ValueError, match="no outcome"):
        read_cases(connection, 90, "joy")
