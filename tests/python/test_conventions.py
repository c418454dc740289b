"""The rules of the repository, over dbt's manifest and the files beside it.

Each rule is one test; its name is the sentence that is false when it fails, and it
lists every offender. dbt-bouncer's own rules are in dbt-bouncer.yml.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import one_worker_at_a_time
from conventions.doctored import ALSO_DOCTORED, DOCTORED, INNOCENT
from conventions.project import ROOT, Project, read_project
from conventions.rules import RULES

from benchmarks.compiled_models import run_dbt
from bowtie.contract import contract_text

BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> Path:
    """Return a folder in whose target/ lies the manifest; made once a session."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_name == "master" else base.parent) / "conventions"
    folder.mkdir(exist_ok=True)
    with one_worker_at_a_time(folder / "lock"):
        if not (folder / "target" / "manifest.json").exists():
            run_dbt(
                # dbt writes the manifest of what it compiles, were it a single seed.
                *("compile", "--select", "touch_tiers"),
                variables={},
                database=folder / "bowtie.duckdb",
                target=folder / "target",
            )
    return folder


@pytest.fixture(scope="session")
def project(parsed: Path) -> Project:
    return read_project(parsed / "target" / "manifest.json")


@pytest.mark.parametrize("sentence", RULES)
def test_convention(sentence: str, project: Project) -> None:
    offenders = list(RULES[sentence](project))
    assert not offenders, "\n  ".join([RULES[sentence].__doc__ or "", *offenders])


def test_a_table_of_the_raw_contract_is_a_paragraph_that_can_be_read_alone() -> None:
    alone = [yaml.safe_load(table) for table in contract_text().split("\n\n")]
    whole = yaml.safe_load(contract_text())
    assert alone == [{name: entry} for name, entry in whole.items()]


def test_what_says_that_a_row_is_over_is_a_value_of_its_status() -> None:
    for entry in yaml.safe_load(contract_text()).values():
        status = entry["columns"].get("status", {})
        assert {*status.get("over", [])} <= {*status.get("one_of", [])}


def test_dbt_bouncer_has_nothing_to_complain_of(parsed: Path, tmp_path: Path) -> None:
    listed = tmp_path / "checks.json"
    output = ["--output-file", listed, "--output-format", "json"]
    finished = subprocess.run(
        [
            BIN / "dbt-bouncer",
            "run",
            "--config-file",
            ROOT / "dbt-bouncer.yml",
            *output,
        ],
        cwd=ROOT,
        env={**os.environ, "DBT_PROJECT_DIR": str(parsed)},
        capture_output=True,
        text=True,
    )
    assert listed.exists(), finished.stdout + finished.stderr
    checks = json.loads(listed.read_text())
    assert len(checks) > 500, "it looked at next to nothing"
    assert not [c["failure_message"] for c in checks if c["outcome"] != "success"]
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_every_rule_has_a_case_in_which_it_must_complain() -> None:
    assert set(DOCTORED) == set(RULES)


@pytest.mark.parametrize(
    ("sentence", "doctored"),
    [*DOCTORED.items(), *ALSO_DOCTORED],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rule_complains_where_it_must(sentence: str, doctored: Project) -> None:
    assert list(RULES[sentence](doctored))


@pytest.mark.parametrize(
    ("sentence", "innocent"),
    INNOCENT,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rule_lets_what_only_looks_like_an_offence_pass(
    sentence: str, innocent: Project
) -> None:
    assert not list(RULES[sentence](innocent))
