"""The models' unit tests, on made-up rows: dbt runs them, beside all other tests.

A run leaves them out, since they say nothing of its data. Of the tables that are there
they need only the types of the columns.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bowtie import parsed_project
from bowtie.dbt_process import PARSED
from bowtie.paths import PROJECT_DIR


@pytest.fixture(scope="module")
def database(sample_warehouse: Path, tmp_path_factory) -> Path:
    """Return a copy of the sample's file: dbt makes temporary tables in it."""
    copy = tmp_path_factory.mktemp("unit_tests") / sample_warehouse.name
    return Path(shutil.copyfile(sample_warehouse, copy))


def test_every_unit_test_of_the_models_passes(database, tmp_path):
    # As every run says it, so that the project that one has parsed serves here.
    variables = {"erased_accounts": [], "as_of_date": None, "restated_against": None}
    target = tmp_path / "target"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bowtie.dbt_process", "--quiet", "--no-use-colors"),
            *("--log-level-file", "none", "test", "--select", "test_type:unit"),
            *("--target-path", target, "--vars", json.dumps(variables)),
        ],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(PROJECT_DIR),
            "BOWTIE_DATABASE": str(database),
            PARSED: str(parsed_project.place_of(variables, database)),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    kinds = {result["unique_id"].split(".")[0] for result in results}
    assert kinds == {"unit_test"}
