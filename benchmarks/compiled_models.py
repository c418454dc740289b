"""The project's models and tests as SQL that runs without dbt: to build many times.

dbt compiles once for a folder of raw files; the SQL is then run as often as one likes,
on whatever lies in that folder by then. Only what dbt would do between models is done
here: schemas, seeds, contracts, and tables or views in the order of the references.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from bowtie import parsed_project
from bowtie.dbt_process import PARSED

PROJECT = Path(__file__).parents[1]
# As a run's is called, so that what one has parsed serves the other.
DATABASE = "bowtie"


@dataclass(frozen=True)
class Node:
    """One model or policy seed: how to make it."""

    key: str
    parents: tuple[str, ...]
    schema: str
    name: str
    statements: tuple[str, ...]
    # A model in Python instead, as dbt compiles it; it makes the table's rows.
    python: str | None = None

    def make(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table or view."""
        if self.python is not None:
            names: dict[str, Any] = {}
            exec(self.python, names)
            dbt = names["dbtObj"](lambda name: connection.sql(f"from {name}"))
            rows = names["model"](dbt, connection)  # noqa: F841 -- named in the SQL
            connection.execute(
                f'create table "{self.schema}"."{self.name}" as from rows'
            )
        for statement in self.statements:
            connection.execute(statement)


@dataclass(frozen=True)
class DataTest:
    """One dbt test: a query that returns the rows for which it does not hold."""

    parents: tuple[str, ...]
    name: str
    is_warning: bool
    remedy: str | None
    failing_rows: str


@dataclass(frozen=True)
class CompiledModels:
    """Statements in the order in which they run, and the tests of what they make."""

    nodes: tuple[Node, ...]
    tests: tuple[DataTest, ...] = ()

    def run(
        self, threads: int = 2, earlier: Path | None = None, into: Path | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Build everything and return the open connection.

        `earlier`: the file that the switch `restated_against` named. `into`: a new
        DuckDB file; None builds in memory.
        """
        connection = duckdb.connect(config={"threads": threads})
        if earlier:
            connection.execute(f"attach '{earlier}' as earlier_generation (read_only)")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{into or ':memory:'}' as {DATABASE}")
        connection.execute(f"use {DATABASE}")
        self.make_schemas(connection)
        for node in self.nodes:
            node.make(connection)
        return connection

    def make_schemas(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the schemas that the nodes are in."""
        for schema in sorted({node.schema for node in self.nodes}):
            connection.execute(f'create schema "{schema}"')


def compile_models(
    raw_dir: Path | None,
    as_of: date,
    scratch: Path,
    marts: Collection[str] = (),
    **switches: object,
) -> CompiledModels:
    """Compile the named models, or all there are, for the raw files in `raw_dir`.

    Without a folder they are compiled for the sample company. What a named model needs
    comes with it; tests come with all models only. `scratch` is an empty folder for
    dbt's own files. Raises AssertionError with dbt's words when it does not compile.
    """
    files = {"raw_way": "files", "raw_dir": str(raw_dir)} if raw_dir else {}
    variables = {
        **files,
        # A date, not a text: as people write it in YAML.
        "as_of_date": as_of,
        **switches,
    }
    scratch.mkdir(parents=True, exist_ok=True)
    target, database = scratch / "target", scratch / f"{DATABASE}.duckdb"
    chosen: tuple[str, ...] = ()
    if marts:
        wanted = (f"+{mart}" for mart in marts)
        chosen = ("--select", *wanted, "--indirect-selection", "empty")
    run_dbt("compile", *chosen, variables=variables, database=database, target=target)
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    tests = [] if marts else [node for node in nodes.values() if _is_test(node)]
    return CompiledModels(
        tuple(map(_node, _in_order(nodes, marts))), tuple(map(_data_test, tests))
    )


def run_dbt(
    *arguments: str,
    variables: Mapping[str, Any],
    database: Path,
    target: Path,
    reads_back: bool = True,
    process: Sequence[str] = ("-m", "bowtie.dbt_process"),
) -> None:
    """Run a command of dbt, in the process that `bowtie` runs it in.

    Args:
        arguments: the command and its options.
        variables: vars that replace the defaults.
        database: the DuckDB file that it works on.
        target: the folder for dbt's own files.
        reads_back: whether the project is read as a run before has parsed it, and kept
            for the next one.
        process: what Python is told to run; it must end in `bowtie.dbt_process`.

    Raises:
        AssertionError: it failed; with dbt's words.

    """
    place = parsed_project.place_of(variables, database) if reads_back else ""
    done = subprocess.run(
        [
            *(sys.executable, *process),
            *("--quiet", "--no-use-colors", "--log-level-file", "none", *arguments),
            *("--target-path", target, "--vars", yaml.safe_dump(dict(variables))),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(PROJECT),
            "BOWTIE_DATABASE": str(database),
            PARSED: str(place),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"dbt {arguments[0]} failed: {done.stdout}{done.stderr}")


def _is_test(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "test"


def _in_order(
    nodes: Mapping[str, Mapping[str, Any]], marts: Collection[str]
) -> list[Mapping[str, Any]]:
    """Return the named models and what they need, each after what it reads."""
    ordered: dict[str, Mapping[str, Any]] = {}

    def visit(key: str) -> None:
        if key in ordered or key not in nodes:
            return
        for parent in _parents(nodes[key]):
            visit(parent)
        ordered[key] = nodes[key]

    for key, node in nodes.items():
        is_made = node["resource_type"] in ("model", "seed")
        if is_made and (not marts or node["name"] in marts):
            visit(key)
    return list(ordered.values())


def _parents(node: Mapping[str, Any]) -> Sequence[str]:
    return node["depends_on"].get("nodes", [])


def _node(node: Mapping[str, Any]) -> Node:
    schema, name = node["schema"], node["name"]
    relation = f'"{schema}"."{name}"'
    is_python = node.get("language") == "python"
    return Node(
        node["unique_id"],
        tuple(_parents(node)),
        schema,
        name,
        () if is_python else tuple(_statements(node, relation)),
        node["compiled_code"] if is_python else None,
    )


def _statements(node: Mapping[str, Any], relation: str) -> Iterator[str]:
    if node["resource_type"] == "seed":
        types = ", ".join(
            f"'{column}': '{kind}'"
            for column, kind in node["config"]["column_types"].items()
        )
        path = PROJECT / node["original_file_path"]
        yield (
            f"create table {relation} as "
            f"select * from read_csv('{path}', header = true, columns = {{{types}}})"
        )
    elif node["config"]["materialized"] == "view":
        yield f"create view {relation} as {node['compiled_code']}"
    elif node["config"].get("contract", {}).get("enforced"):
        columns = ", ".join(f'"{column}"' for column in node["columns"])
        yield f"create table {relation} ({', '.join(_declarations(node))})"
        rows = f"({node['compiled_code']}\n)"
        yield f"insert into {relation} select {columns} from {rows}"
    else:
        yield f"create table {relation} as {node['compiled_code']}"


def _declarations(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield a contract's columns and constraints, as dbt declares them."""
    for name, column in node["columns"].items():
        rules = " ".join(map(_constraint, column["constraints"]))
        yield f'"{name}" {column["data_type"]} {rules}'
    for constraint in node["constraints"]:
        yield f"{_constraint(constraint)} ({', '.join(constraint['columns'])})"


def _constraint(constraint: Mapping[str, Any]) -> str:
    if constraint["type"] == "check":
        return f"check ({constraint['expression']})"
    return constraint["type"].replace("_", " ")


def _data_test(node: Mapping[str, Any]) -> DataTest:
    return DataTest(
        parents=tuple(_parents(node)),
        name=node["name"],
        is_warning=node["config"]["severity"].lower() == "warn",
        remedy=node["config"]["meta"].get("remedy"),
        failing_rows=node["compiled_code"],
    )
