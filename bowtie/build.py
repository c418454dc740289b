"""Runs dbt on a private database file, and says in one line each what failed.

dbt runs as a process of its own: when it is gone, so are its connections, and the file
is closed. It reports in JSON; its own log file is off, because that would repeat raw
values. What is shown and kept instead names nodes, kinds of error, and codes that a
test lets be shown, such as currencies.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from bowtie import memory, parsed_project
from bowtie.dbt_process import EVENTS, PARSED
from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.paths import PROJECT_DIR, Workplace
from bowtie.terminal import Advance, printable

# Errors that are worded here or speak of SQL and names only. The text of any other may
# repeat a value of the data, so its kind alone is shown.
_SPEAK_OF_CODE = ("Compilation", "Parsing", "Binder", "Catalog", "Parser", "Dependency")
_KIND_OF_ERROR = re.compile(r"\b((?:[A-Z][A-Za-z]+ )?[A-Z][A-Za-z]*(?: Error|Error))\b")
_NODE_RESULT = re.compile(r"Log\w+Result")
_REMEDIES = {
    "Out of Memory Error": "raise BOWTIE_MEMORY_LIMIT, or take a larger machine",
    "Conversion Error": "a value is not of its column's type; staging should refuse it",
    "Constraint Error": "a row breaks the table's contract; staging should refuse it",
}
_SHOWN_FAILURES = 20
# Columns of which a test's `meta.shows` may let values be shown: codes that name no
# customer and no person. Another form of value is not shown either.
_CODES = {"currency": re.compile(r"[A-Za-z]{3}")}
_SHOWN_CODES = 5


@dataclass
class BuildResult:
    """What dbt said: nodes by how they ended, and a line for each that did not do."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def build(
    workplace: Workplace,
    switches: Mapping[str, Any],
    advance: Advance = lambda done, total: None,
    threads: int | None = None,
    data_tests: bool = True,
) -> BuildResult:
    """Build all models into the workplace's database and test the data in them.

    dbt's unit tests do not run: they test the code, under the default switches and on
    made-up rows, and `make test` has done that before.

    Args:
        workplace: an empty private folder; gets the database, dbt's target folder and
            `build.log`.
        switches: dbt vars that replace the defaults.
        advance: told how many nodes are done, of how many.
        threads: models that dbt builds at a time; the profile's number by default.
        data_tests: whether what was built is tested; what is published always is.

    Returns:
        What passed and what warned.

    Raises:
        BowtieError: a model or a test failed, or dbt could not run.

    """
    left_out = ["unit_test"] if data_tests else ["unit_test", "test"]
    result = BuildResult()
    reader = _Events(result, advance)
    with (
        # A line at a time: who follows it wants to know where a long build is.
        workplace.log.open("w", encoding="utf-8", buffering=1) as log,
        _dbt(workplace, switches, threads, left_out) as dbt,
    ):
        assert dbt.stdout is not None
        try:
            for line in dbt.stdout:
                for entry in reader.read(line):
                    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                    log.write(f"{now} {entry}\n")
            code = dbt.wait()
        finally:
            if dbt.poll() is None:
                dbt.terminate()
    if code != 0 or result.failures:
        reader.show_codes(workplace)
        # Its messages may repeat values of the data.
        (workplace.target / "run_results.json").unlink(missing_ok=True)
        raise BowtieError(_explained(result, code, workplace))
    return result


def _dbt(
    workplace: Workplace,
    switches: Mapping[str, Any],
    threads: int | None,
    left_out: Sequence[str],
) -> subprocess.Popen[str]:
    """Start `dbt build`, reporting in JSON on its standard output."""
    command = [
        *(sys.executable, "-m", "bowtie.dbt_process", "build"),
        *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
        *("--target", "dev", "--target-path", str(workplace.target)),
        *("--log-path", str(workplace.folder), "--log-level-file", "none"),
        *("--log-level", "none", "--no-use-colors"),
        *("--vars", json.dumps(dict(switches))),
        *("--exclude-resource-type", *left_out),
    ]
    if threads is not None:
        command += ["--threads", str(threads)]
    return subprocess.Popen(
        command,
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "BOWTIE_DATABASE": str(workplace.database),
            EVENTS: "1",
            memory.VARIABLE: memory.memory_limit(),
            PARSED: str(parsed_project.place_of(switches, workplace.database)),
        },
        # Held open, and never written to: dbt stops when it closes.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


class _Events:
    """Reads what dbt prints, a line at a time, into a result."""

    def __init__(self, result: BuildResult, advance: Advance) -> None:
        self._result = result
        self._advance = advance
        self._done = 0
        self._total = 0
        self._tests: dict[str, int] = {}
        # By the id of a test that shows codes: where its line is among the failures.
        self._showing: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def read(self, line: str) -> Iterator[str]:
        """Take in one line; yield what the log should keep of it."""
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError):
            yield from _frame(line)
            return
        if _NODE_RESULT.fullmatch(info["name"]) and "node_info" in data:
            yield self._node_ended(data)
        elif info["name"] == "RunResultError":
            yield self._failed(data["node_info"], data["msg"])
        elif info["name"] == "MainEncounteredError":
            yield self._stopped(data["exc"])
        elif info["name"] == "StatsLine":
            self._result.counts = dict(data["stats"])
            yield info["msg"]
        elif info["name"] == "ConcurrencyLine":
            self._total = data["node_count"]
            yield info["msg"]
        elif info["name"] in ("MainReportVersion", "FoundStats"):
            yield info["msg"]

    def _node_ended(self, data: Mapping[str, Any]) -> str:
        """Take in that a model, seed or test is done."""
        node, status = data["node_info"], data["status"]
        self._done += 1
        self._advance(self._done, self._total)
        if rows := data.get("num_failures"):
            self._tests[node["unique_id"]] = rows
        if status == "warn":
            self._result.warnings.append(_test_line(node, rows))
        seconds = data.get("execution_time", 0)
        return f"{status} {node['resource_type']} {node['node_name']} {seconds:.2f} s"

    def _failed(self, node: Mapping[str, Any], message: str) -> str:
        """Take in that a node failed; its message may hold values."""
        name, kind = node["node_name"], node["resource_type"]
        if kind == "test" and not _errors(message):
            line = _test_line(node, self._tests.get(node["unique_id"]))
            if (node.get("meta") or {}).get("shows") in _CODES:
                self._showing[node["unique_id"]] = (len(self._result.failures), node)
        else:
            line = f"{kind} {name} ({node['node_path']}): {_safe(message)}"
        self._result.failures.append(line)
        return f"failed {line}"

    def show_codes(self, workplace: Workplace) -> None:
        """Say in the lines of tests that let them be shown which codes they found."""
        for test, (place, node) in self._showing.items():
            codes = _codes_of(test, node["meta"]["shows"], workplace)
            line = _test_line(node, self._tests.get(test), codes)
            self._result.failures[place] = line

    def _stopped(self, message: str) -> str:
        """Take in that dbt as a whole ended, before or between nodes."""
        where = re.search(r" in (\w+) (\w+) \(([^)]*)\)", message)
        place = f"{where[1]} {where[2]} ({where[3]})" if where else "dbt"
        line = f"{place}: {_safe(message)}"
        self._result.failures.append(line)
        return f"stopped {line}"


def _test_line(
    node: Mapping[str, Any], rows: int | None, codes: Sequence[str] = ()
) -> str:
    """Return that a test does not hold, and what its author said to do about it."""
    remedy = (node.get("meta") or {}).get("remedy")
    named = f": {', '.join(codes)}" if codes else ""
    count = f" ({rows:,} row{'s' if rows != 1 else ''}{named})" if rows else ""
    hint = f"; {remedy}" if remedy else ""
    return f"{node['resource_type']} '{node['node_name']}' does not hold{count}{hint}"


def _codes_of(test: str, column: str, workplace: Workplace) -> list[str]:
    """Return the codes in a column of a failed test's rows; none if it cannot be asked.

    dbt has ended, so the candidate may be opened and the test's query asked again.
    """
    try:
        text = (workplace.target / "run_results.json").read_text("utf-8")
        (query,) = (
            result["compiled_code"]
            for result in json.loads(text)["results"]
            if result["unique_id"] == test
        )
        with connect(workplace.database, read_only=True) as candidate:
            found = candidate.execute(
                f'select distinct "{column}" from (\n{query}\n) as failed order by 1'
            ).fetchall()
    except (OSError, ValueError, KeyError, duckdb.Error):
        return []
    codes = [str(code) for (code,) in found if _CODES[column].fullmatch(str(code))]
    left = len(codes) - _SHOWN_CODES
    return [*codes[:_SHOWN_CODES], *([f"{left} more"] if left > 0 else [])]


def _errors(message: str) -> list[str]:
    """Return the kinds of error that a message names, outermost first."""
    return _KIND_OF_ERROR.findall(message)


def _safe(message: str) -> str:
    """Return what an error says, without anything that could come from the data."""
    kinds = _errors(message) or ["unknown error"]
    kind = kinds[1] if kinds[0] == "Runtime Error" and len(kinds) > 1 else kinds[0]
    if "No space left on device" in message:
        return f"{kind}: the disk is full; make room, or give --home another"
    if not kind.startswith(_SPEAK_OF_CODE):
        remedy = _REMEDIES.get(kind)
        return f"{kind}; {remedy}" if remedy else kind
    # The first line is the place, unless the database's own words start there.
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    told = next((line for line in lines if line.startswith(kind + ":")), None)
    if told is None:
        told = lines[1] if len(lines) > 1 else lines[0]
    return _one_line(told)


def _one_line(text: str) -> str:
    """Return a text for one line of a terminal, cut where it gets long."""
    return printable(" ".join(text.split())[:300])


def _frame(line: str) -> Iterator[str]:
    """Yield what may be kept of a line that is no event: where a crash happened."""
    if line.startswith(('  File "', "Traceback")):
        yield line.rstrip()
    elif crashed := re.match(r"([\w.]+(?:Error|Exception))\b", line):
        yield crashed[1]


def _explained(result: BuildResult, code: int, workplace: Workplace) -> list[str]:
    """Return the lines that a user sees when a build failed."""
    lines = result.failures[:_SHOWN_FAILURES]
    if (left := len(result.failures) - len(lines)) > 0:
        lines.append(f"and {left:,} more failures")
    if not lines:
        lines = [f"dbt ended with code {code} and said no reason"]
    if skipped := result.counts.get("skip"):
        lines.append(f"{skipped:,} nodes that follow from these were left out")
    return [
        *lines,
        f"nothing was published; the log is {shown_path(workplace.log)}, "
        "beside it the candidate and the SQL of each test (target/compiled/)",
    ]


def shown_path(path: Path) -> str:
    """Return a path as a user would type it from where they are."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
