"""The models' unit tests, on made-up rows: dbt runs them, beside all other tests.

A run leaves them out, since they say nothing of its data. Of the tables that are there
they need only the types of the columns.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.compiled_models import run_dbt

# dbt has sqlparse read each model to put the made-up rows before its first CTE. It
# looks at the outermost words alone; the tree of all others is two thirds of that time.
# And it asks for the columns of a table once for each test that makes up rows of it.
SHORTER = """
import sys
import sqlparse
from dbt.adapters.duckdb.impl import DuckDBAdapter
from bowtie import dbt_process

sqlparse.parse = lambda sql: tuple(sqlparse.engine.FilterStack().run(sql))
ask, known = DuckDBAdapter.get_columns_in_relation, {}

def columns(adapter, relation):
    if relation.render() not in known:
        known[relation.render()] = ask(adapter, relation)
    return known[relation.render()]

DuckDBAdapter.get_columns_in_relation = columns
sys.exit(dbt_process.main())
"""


@pytest.fixture(scope="module")
def database(sample_warehouse: Path, tmp_path_factory) -> Path:
    """Return a copy of the sample's file: dbt makes temporary tables in it."""
    copy = tmp_path_factory.mktemp("unit_tests") / sample_warehouse.name
    return Path(shutil.copyfile(sample_warehouse, copy))


def test_every_unit_test_of_the_models_passes(database, tmp_path):
    run_dbt(
        *("test", "--select", "test_type:unit"),
        variables={},
        database=database,
        target=tmp_path,
        process=("-c", SHORTER),
    )
    ran = json.loads((tmp_path / "run_results.json").read_text("utf-8"))["results"]
    kinds = {result["unique_id"].split(".")[0] for result in ran}
    assert kinds == {"unit_test"}
