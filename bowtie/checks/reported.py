"""Results that others reached: the landing checks, and dbt's tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bowtie.checks.check import CheckResult

if TYPE_CHECKING:
    from bowtie.landing import Landing

_RUN_RESULTS = "run_results.json"


def contract_results(landing: Landing | None) -> list[CheckResult]:
    """Return a result per delivered table: how many of its records were set aside."""
    if landing is None:
        return []
    return [
        CheckResult(
            check_name="raw_files_are_readable",
            source="contract",
            subject=name,
            severity="block",
            outcome="warned" if table.refused else "passed",
            measured_value=table.refused,
            expected="no record set aside",
            message=f"{name}: {table.refused:,} records cannot be read as a row; see "
            "quality.quarantined_rows"
            if table.refused
            else "",
        )
        for name, table in landing.tables.items()
    ]


def test_results(target: Path | None) -> list[CheckResult]:
    """Return a result per dbt test of the build whose target folder this is.

    dbt has stopped the run if a test failed, so that all of them passed or warned.
    """
    if target is None or not (target / _RUN_RESULTS).is_file():
        return []
    ran = json.loads((target / _RUN_RESULTS).read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return [
        _test_result(manifest["nodes"][result["unique_id"]], result)
        for result in ran
        if result["unique_id"].startswith("test.")
    ]


def _test_result(node: dict, result: dict) -> CheckResult:
    attached = (node.get("attached_node") or "").rpartition(".")[2]
    has_warned = result["status"] == "warn"
    is_warning = node["config"]["severity"].lower() == "warn"
    rows = result["failures"] or 0
    return CheckResult(
        check_name=node["name"],
        source="test",
        subject=attached or "all",
        severity="warn" if is_warning else "block",
        outcome="warned" if has_warned else "passed",
        measured_value=rows,
        expected="no row",
        message=f"test '{node['name']}' does not hold ({rows:,} rows)"
        if has_warned
        else "",
    )
