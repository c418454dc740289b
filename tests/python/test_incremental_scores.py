"""Whatever changes of the facts: scores that are kept end as a full build has them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

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


def asked(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def check_week_later(sample_warehouse: Path, folder: Path, seed: int) -> None:
    kept, full = folder / "kept" / "bowtie.duckdb", folder / "full" / "bowtie.duckdb"
    kept.parent.mkdir()
    full.parent.mkdir()
    shutil.copyfile(sample_warehouse, kept)
    state._set_scores_aside(kept, is_later=True)
    with duckdb.connect(str(kept)) as connection:
        connection.execute(A_WEEK_LATER.format(seed=seed))
    shutil.copyfile(kept, full)
    score(kept, [], "2026-01-07")
    score(full, None, "2026-01-07")
    for table in state._SCORES:
        rows = f"from {table} order by all"
        assert asked(kept, rows) == asked(full, rows)
    changed = """
        select distinct account_id, week
        from (
            (from intermediate.{0} except from intermediate.{1})
            union all
            (from intermediate.{1} except from intermediate.{0})
        )
        order by all
    """.format("kept_health_facts", "int_health_facts")
    stale = asked(kept, "from intermediate.int_stale_scores order by all")
    assert stale == asked(kept, changed)
    ((all_weeks,),) = asked(kept, "select count(*) from intermediate.int_health_facts")
    assert len(stale) < all_weeks / 4
    assert asked(full, "from intermediate.int_stale_scores") == []


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
