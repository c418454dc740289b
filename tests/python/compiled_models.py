"""The project's models as SQL that runs without dbt: for tests that build many times.

dbt compiles once for a folder of raw files; the SQL is then run as often as a test
likes, on whatever lies in that folder by then. Only what dbt would do between models
is done here: schemas, seeds, and tables or views in the order of the references.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

PROJECT = Path(__file__).parents[2]
DATABASE = "compiled"


@dataclass(frozen=True)
class Node:
    """One model or policy seed: how to make it, in a schema of its own."""

    schema: str
    name: str
    statement: str


@dataclass(frozen=True)
class CompiledModels:
    """Statements in the order in which they run."""

    nodes: tuple[Node, ...]

    def run(self, threads: int = 2) -> duckdb.DuckDBPyConnection:
        """Build everything in memory and return the open connection."""
        connection = duckdb.connect(config={"threads": threads})
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach ':memory:' as {DATABASE}")
        connection.execute(f"use {DATABASE}")
        for schema in sorted({node.schema for node in self.nodes}):
            connection.execute(f'create schema "{schema}"')
        for node in self.nodes:
            connection.execute(node.statement)
        return connection


def compile_models(
    raw_dir: Path,
    as_of: date,
    scratch: Path,
    marts: tuple[str, ...],
    **switches: object,
) -> CompiledModels:
    """Compile the named models and all they need for the raw files in `raw_dir`.

    `scratch` is an empty folder for dbt's own files. Raises CalledProcessError with
    dbt's words when it does not compile.
    """
    variables = {
        "raw_way": "files",
        "raw_dir": str(raw_dir),
        "as_of_date": as_of.isoformat(),
        **switches,
    }
    scratch.mkdir(parents=True, exist_ok=True)
    target = scratch / "target"
    done = subprocess.run(
        [
            Path(sys.executable).parent / "dbt",
            *("--quiet", "--no-use-colors", "--log-level-file", "none", "compile"),
            *("--target-path", target, "--vars", json.dumps(variables)),
            *("--select", *(f"+{mart}" for mart in marts)),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "DBT_PROFILES_DIR": str(PROJECT),
            "BOWTIE_DATABASE": str(scratch / f"{DATABASE}.duckdb"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"dbt does not compile: {done.stdout}{done.stderr}")
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return CompiledModels(tuple(_in_order(manifest, marts)))


def _in_order(manifest: dict, marts: tuple[str, ...]) -> list[Node]:
    nodes = manifest["nodes"]
    by_name = {node["name"]: key for key, node in nodes.items()}
    ordered: dict[str, Node] = {}

    def visit(key: str) -> None:
        if key in ordered or key not in nodes:
            return
        for parent in nodes[key]["depends_on"].get("nodes", []):
            visit(parent)
        ordered[key] = _node(nodes[key])

    for mart in marts:
        visit(by_name[mart])
    return list(ordered.values())


def _node(node: dict) -> Node:
    schema, name = node["schema"], node["name"]
    if node["resource_type"] == "seed":
        types = ", ".join(
            f"'{column}': '{kind}'"
            for column, kind in node["config"]["column_types"].items()
        )
        path = PROJECT / node["original_file_path"]
        select = (
            f"select * from read_csv('{path}', header = true, columns = {{{types}}})"
        )
    else:
        select = node["compiled_code"]
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    return Node(schema, name, f'create {kind} "{schema}"."{name}" as {select}')
