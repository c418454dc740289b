"""Whatever changes of the facts: scores that are kept end as a full build has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from benchmarks.compiled_models import run_dbt
from bowtie import state

MADE_OF_FACTS = (
    "int_stale_scores",
    "int_scorable_facts",
    "int_health_driver_points",
    "int_health_dimension_points",
    "int_health_caps",
    "int_undamped_health_scores",
    "health_driver_scores",
)
# What a week later may look like: customers lost, won, back-dated, measured otherwise,
# and a week more, of which the last one is not over.
A_WEEK_LATER = """
create table intermediate.int_health_facts as
with before as (
    select *, hash(account_id, week, {seed}) % 40 as lot
    from intermediate.kept_health_facts
),
last_week as (
    select * from before where is_last
)
select * exclude (lot) replace (
    false as is_last,
    case when is_last then week + 6 else taken_on end as taken_on,
    case when lot = 1 then null else seat_utilisation end as seat_utilisation,
    case when lot = 2 then open_tickets + 3 else open_tickets end as open_tickets,
    case when lot = 3 then 'high' else touch_tier end as touch_tier,
    case when lot = 4 then null else last_rated_on end as last_rated_on,
    case when lot = 5 then arr + 1 else arr end as arr
)
from before
where lot <> 0
union all
select * exclude (lot) replace ('new ' || account_id as account_id, false as is_last)
from before
where lot = 6
union all
select * exclude (lot) replace (week + 7 as week, taken_on + 7 as taken_on)
from last_week
"""


def score(database: Path, weeks: list[str] | None, as_of: str) -> None:
    """Have dbt make scores of the facts in a file, as `bowtie run` has it."""
    run_dbt(
        *("run", "--select", *MADE_OF_FACTS),
        variables={"changed_usage_weeks": weeks, "as_of_date": as_of},
        database=database,
        target=database.parent / "target",
    )


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    ((found,),) = connection.execute(f"select count(*) from ({rows})").fetchall()
    return found


def differing(one: str, other: str) -> str:
    """Return a query for the rows that either table has more often than the other."""
    return (
        f"(from {one} except all from {other}) union all "
        f"(from {other} except all from {one})"
    )


def check_week_later(sample_warehouse: Path, folder: Path, seed: int) -> None:
    kept, full = folder / "kept" / "bowtie.duckdb", folder / "full" / "bowtie.duckdb"
    kept.parent.mkdir()
    full.parent.mkdir()
    shutil.copyfile(sample_warehouse, kept)
    state._set_scores_aside(kept, is_later=True)
    with duckdb.connect(str(kept)) as connection:
        # A quarter of the customers is enough to lose, win and change some.
        for table in ("intermediate.kept_health_facts", *state._SCORES[1:]):
            connection.execute(f"delete from {table} where hash(account_id) % 4 <> 0")
        connection.execute(A_WEEK_LATER.format(seed=seed))
    shutil.copyfile(kept, full)
    score(kept, [], "2026-01-07")
    score(full, None, "2026-01-07")
    with duckdb.connect(str(kept), read_only=True) as connection:
        connection.execute(f"attach '{full}' as anew (read_only)")
        for table in state._SCORES:
            assert count(connection, f"from {table}") > 0
            assert count(connection, differing(table, f"anew.{table}")) == 0
        stale = "intermediate.int_stale_scores"
        changed = "select distinct account_id, week from ({})".format(
            differing("intermediate.kept_health_facts", "intermediate.int_health_facts")
        )
        assert count(connection, differing(stale, f"({changed})")) == 0
        all_weeks = count(connection, "from intermediate.int_health_facts")
        assert 0 < count(connection, f"from {stale}") < all_weeks / 4
        assert count(connection, f"from anew.{stale}") == 0


def test_scores_of_a_week_later_are_those_of_a_full_build(
    sample_warehouse: Path, tmp_path: Path
) -> None:
    check_week_later(sample_warehouse, tmp_path, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_scores_of_any_week_later_are_those_of_a_full_build(
    sample_warehouse: Path, tmp_path: Path, seed: int
) -> None:
    check_week_later(sample_warehouse, tmp_path, seed)
