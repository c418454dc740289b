"""A policy seed that somebody edited by hand: what is refused, and by which line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.faults.bench import Bench
from bowtie.errors import BowtieError
from bowtie.policy_seeds import FOLDER, check_policy_seeds


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Return a copy of the policy seeds that may be edited."""
    return Path(shutil.copytree(FOLDER, tmp_path / "policy"))


def test_the_seeds_of_the_project_are_in_order() -> None:
    check_policy_seeds()


@pytest.mark.parametrize(
    ("seed", "old", "new", "told"),
    [
        ("touch_tiers", "mid,20000", "mid,twenty",
         "touch_tiers.csv, line 3: arr_from must be a number, without separators of "
         "thousands, (decimal(18, 2))"),
        ("touch_tiers", "mid,20000", 'mid,"20,000"',
         "line 3: arr_from must be a number"),
        ("touch_tiers", "mid,20000", "mid,20,000",
         "touch_tiers.csv, line 3: has 12 values for 11 columns; put quotes"),
        ("touch_tiers", "8,25,false", "8,25,perhaps",
         "line 2: is_team_band must be true or false"),
        ("expected_hours", "weekly_hours", "hours",
         "expected_hours.csv: lacks the column weekly_hours, and has 'hours' instead"),
        ("expected_hours", "touch_tier,", "category,", "lacks the column touch_tier;"),
        ("quiet_days", "1,1,", "1,first,",
         "line 2: day must be a whole number (bigint)"),
        ("health_overrides", "expires_on\n",
         'expires_on\nA1,red,,"two\nlines",me,2025-01-01,later\n',
         "health_overrides.csv, line 3: expires_on must be a day such as 2025-12-31"),
        ("playbooks", "rescue,\"", "rescue,\"a\" ", "playbooks.csv: is no CSV"),
        ("check_thresholds", "refused_rows,", "refused_row,",
         "check_thresholds.csv, line 34: there is no check 'refused_row'; did you mean "
         "refused_rows?"),
        ("check_waivers", "author\n", "author\nnope,*,2026-01-01,meant,me\n",
         "check_waivers.csv, line 2: there is no check 'nope'; expectations/ has them"),
    ],
)  # fmt: skip
def test_a_wrong_seed_is_named_with_line_and_column(
    seeds: Path, seed: str, old: str, new: str, told: str
) -> None:
    path = seeds / f"{seed}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BowtieError) as refused:
        check_policy_seeds(seeds)
    first, *others = refused.value.problems
    assert first.startswith(f"seeds/policy/{seed}.csv")
    assert told in first
    assert others == ["correct them and run again; nothing was built"]


def test_a_seed_that_is_not_there_or_not_in_utf_8_is_named(seeds: Path) -> None:
    (seeds / "quiet_days.csv").unlink()
    (seeds / "playbooks.csv").write_bytes("playbook,purpose,anchor\né".encode("cp1252"))
    with pytest.raises(BowtieError) as refused:
        check_policy_seeds(seeds)
    absent, unreadable, _ = refused.value.problems
    assert absent.startswith("seeds/policy/quiet_days.csv: is not there")
    assert unreadable.startswith("seeds/policy/playbooks.csv: is no CSV in UTF-8")


def test_a_copy_of_a_seed_and_a_folder_in_its_place_are_named(seeds: Path) -> None:
    shutil.copy(seeds / "touch_tiers.csv", seeds / "touch_tiers copy.csv")
    (seeds / "old").mkdir()
    shutil.copy(seeds / "playbooks.csv", seeds / "old" / "playbooks.csv")
    (seeds / "quiet_days.csv").unlink()
    (seeds / "quiet_days.csv").mkdir()
    with pytest.raises(BowtieError) as refused:
        check_policy_seeds(seeds)
    older, copy, folder, _ = refused.value.problems
    assert older.startswith("seeds/policy/old/playbooks.csv: is no policy; move")
    assert copy.startswith("seeds/policy/touch_tiers copy.csv: is no policy; move")
    assert folder.startswith("seeds/policy/quiet_days.csv: cannot be read (Is a dir")


def test_other_rows_in_another_order_with_a_column_more_are_fine(seeds: Path) -> None:
    (seeds / "quiet_days.csv").write_text("\ufeffreason,day,month,note\r\nX,2,1,\r\n")
    (seeds / "health_overrides.csv").write_text(
        "account_id,band,score,reason,author,valid_from,expires_on\n"
        'A1,,40.5,"called, twice",me,2025-01-01,2025-02-01\n'
    )
    check_policy_seeds(seeds)


# --- Bands and tiers -----------------------------------------------------------------

TILED = {
    "touch_tiers": (
        "each_arr_is_in_one_touch_tier",
        "each_arr_of_a_self_service_customer_is_in_one_touch_tier",
    ),
    "health_bands": ("each_score_is_in_one_band_of_a_tier",),
}


@pytest.fixture(scope="module")
def queries(compiled_project: Bench) -> dict[str, str]:
    """Return the SQL of the data tests by name, as dbt compiles it."""
    return {test.name: test.failing_rows for test in compiled_project.models.tests}


@pytest.mark.parametrize(
    ("seed", "change", "wrong"),
    [
        ("touch_tiers", "arr_from = 25000 where touch_tier = 'mid'", {"low"}),
        ("touch_tiers", "arr_from = 15000 where touch_tier = 'mid'", {"low"}),
        ("touch_tiers", "arr_below = null where touch_tier = 'low'", {"low"}),
        ("touch_tiers", "arr_below = 9e9 where touch_tier = 'high'", {"high"}),
        ("touch_tiers", "arr_from = 1 where touch_tier = 'tech'", {"tech"}),
        ("touch_tiers", "self_service_arr_below = 9 where touch_tier = 'tech'",
         {"tech"}),
        ("touch_tiers", "arr_from = 7 * arr_from, arr_below = 7 * arr_below", set()),
        ("health_bands", "score_below = 70 where band = 'yellow'", {"yellow"}),
        ("health_bands", "score_below = 100 where band = 'green'", {"green"}),
        ("health_bands", "score_below = 74 where touch_tier = 'mid' and rank = 1",
         {"red"}),
        ("health_bands", "score_from = 0 where false", set()),
    ],
)  # fmt: skip
def test_bands_that_leave_a_gap_or_overlap_are_found(
    queries: dict[str, str], seed: str, change: str, wrong: set[str]
) -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as bowtie")
        connection.execute("create schema bowtie.policy")
        connection.execute(
            f"create table bowtie.policy.{seed} as from '{FOLDER}/{seed}.csv'"
        )
        if seed == "health_bands":
            # A tier that has two bands of its own.
            connection.execute(
                "insert into bowtie.policy.health_bands values "
                "('red', 'mid', 0, 60, 1), ('green', 'mid', 60, 101, 2)"
            )
        connection.execute(f"update bowtie.policy.{seed} set {change}")
        found = [
            row[0]
            for name in TILED[seed]
            for row in connection.execute(queries[name]).fetchall()
        ]
    assert set(found) == wrong


# --- Rows that would break a figure later ---------------------------------------------

RULES = (
    "every_row_of_touch_tiers_is_filled_in",
    "a_book_of_accounts_is_not_full_before_it_is_large_enough",
    "a_trigger_counts_whole_days",
    "an_account_has_one_touch_tier_override_a_day",
    "a_touch_tier_override_expires",
)
OVERRIDES = (
    "insert into policy.touch_tier_overrides "
    "select 'A1', 'high', begins, ends, 'a test', 'a test' "
    "from (values (date '2025-01-01', date '{}'), (date '2025-03-01', date '{}')) "
    "as periods (begins, ends)"
)


@pytest.mark.parametrize(
    ("seed", "change", "broken"),
    [
        ("touch_tiers", "update policy.touch_tiers set accounts_per_csm_max = null "
         "where touch_tier = 'tech'", "every_row_of_touch_tiers_is_filled_in"),
        ("touch_tiers", "update policy.touch_tiers set accounts_per_csm_min = 26 "
         "where touch_tier = 'high'",
         "a_book_of_accounts_is_not_full_before_it_is_large_enough"),
        ("intervention_triggers", "update policy.intervention_triggers "
         "set threshold = 59.5 where trigger = 'term_ends_at_risk'",
         "a_trigger_counts_whole_days"),
        ("touch_tier_overrides", OVERRIDES.format("2025-03-02", "2025-04-01"),
         "an_account_has_one_touch_tier_override_a_day"),
        ("touch_tier_overrides", OVERRIDES.format("2025-03-01", "2025-03-01"),
         "a_touch_tier_override_expires"),
        # Hours and shares may be fractions, and a band may be one number.
        ("intervention_triggers", "update policy.intervention_triggers "
         "set threshold = 36.5 where trigger = 'critical_ticket_open'", None),
        ("touch_tiers", "update policy.touch_tiers set accounts_per_csm_min = 25 "
         "where touch_tier = 'high'", None),
        ("touch_tier_overrides", OVERRIDES.format("2025-03-01", "2025-03-02"), None),
    ],
)  # fmt: skip
def test_a_row_that_would_break_a_figure_later_is_found(
    compiled_project: Bench,
    queries: dict[str, str],
    seed: str,
    change: str,
    broken: str | None,
) -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as bowtie")
        connection.execute("use bowtie")
        connection.execute("create schema policy")
        for node in compiled_project.models.nodes:
            if node.name == seed:
                node.make(connection)
        connection.execute(change)
        found = {
            name: len(connection.execute(queries[name]).fetchall())
            for name in RULES
            if f'"{seed}"' in queries[name]
        }
    assert {name for name, rows in found.items() if rows} == ({broken} - {None})
    assert all(rows <= 1 for rows in found.values())


# --- Numbers and names that are none --------------------------------------------------

# A change of a seed, and the test that must see it.
ILLEGAL = [
    ("update health_dimensions set weight = -5 where dimension = 'support'",
     "the_weight_of_a_dimension_is_none_or_at_most_all_of_100"),
    ("update health_dimensions set weight = 350 where dimension = 'usage'",
     "the_weight_of_a_dimension_is_none_or_at_most_all_of_100"),
    ("update health_dimensions set dimension = 'suport' where dimension = 'support'",
     "every_dimension_of_health_has_a_driver"),
    ("update health_drivers set weight = -1 where driver = 'nps'",
     "the_weight_of_a_driver_is_none_or_at_most_100"),
    ("update stage_win_rates set win_rate = 25 where stage = 'discovery'",
     "a_win_rate_is_a_share_and_not_a_percentage"),
    ("update renewal_rates set gross_rate = 95 where health_band = 'green'",
     "a_renewal_rate_is_a_share_and_not_a_percentage"),
    ("update renewal_rates set net_rate = -1 where health_band = 'green'",
     "a_renewal_rate_is_a_share_and_not_a_percentage"),
    ("delete from renewal_rates where health_band = 'unscored'",
     "every_health_band_has_a_renewal_rate"),
    ("delete from renewal_rates", "every_health_band_has_a_renewal_rate"),
    ("update headcount_scenarios set churn_factor = -0.2 where scenario = 'low'",
     "a_headcount_scenario_multiplies_by_no_less_than_nothing"),
    ("update headcount_scenarios set win_rate_without_history = 25",
     "a_headcount_scenario_multiplies_by_no_less_than_nothing"),
    ("update product_features set features = 0 where product_family = 'projects'",
     "a_product_family_has_a_feature_to_use"),
    ("delete from touch_cadences where touch_tier = 'mid' and health_band = 'red'",
     "a_tier_that_has_cadences_has_one_for_every_band"),
]  # fmt: skip


@pytest.fixture
def policies() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the policy seeds as tables that may be changed."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as bowtie")
        connection.execute("create schema bowtie.policy")
        connection.execute("use bowtie.policy")
        for path in FOLDER.glob("*.csv"):
            connection.execute(f"create table {path.stem} as from '{path}'")
        yield connection


@pytest.mark.parametrize(("change", "test"), ILLEGAL)
def test_an_illegal_number_or_name_is_found(
    queries: dict[str, str],
    policies: duckdb.DuckDBPyConnection,
    change: str,
    test: str,
) -> None:
    assert policies.execute(queries[test]).fetchall() == []
    policies.execute(change)
    assert policies.execute(queries[test]).fetchall() != []


def test_a_tier_without_cadences_is_left_to_automation(
    queries: dict[str, str], policies: duckdb.DuckDBPyConnection
) -> None:
    policies.execute("delete from touch_cadences where touch_tier = 'low'")
    complete = queries["a_tier_that_has_cadences_has_one_for_every_band"]
    assert policies.execute(complete).fetchall() == []
