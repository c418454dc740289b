"""What the rules look at: dbt's manifest and the files beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bowtie.contract import Table, raw_contract

ROOT = Path(__file__).parents[3]
PACKAGE = "bowtie"

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Project:
    """A dbt project: its manifest, the text of its files by path, the raw contract."""

    manifest: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    contract: Mapping[str, Table] = field(default_factory=raw_contract)

    def nodes(self, *kinds: str) -> list[Node]:
        """Return our own nodes of some resource types, sorted by name."""
        everything = {
            **self.manifest.get("nodes", {}),
            **self.manifest.get("unit_tests", {}),
        }
        return sorted(
            (
                node
                for node in everything.values()
                if node["resource_type"] in kinds and node["package_name"] == PACKAGE
            ),
            key=lambda node: node["name"],
        )

    @property
    def models(self) -> list[Node]:
        """The models, sorted by name."""
        return self.nodes("model")

    @property
    def marts(self) -> list[Node]:
        """The models that readers query: those of marts that are no private step."""
        return [m for m in self.models if is_mart(m) and not is_intermediate(m)]

    @property
    def macros(self) -> list[Node]:
        """Our own macros, sorted by name; generic tests are macros too."""
        return sorted(
            (
                macro
                for macro in self.manifest.get("macros", {}).values()
                if macro["package_name"] == PACKAGE
            ),
            key=lambda macro: macro["name"],
        )

    def parents(self, node: Node) -> list[Node]:
        """Return the models, seeds and sources that a node reads."""
        known = {**self.manifest.get("nodes", {}), **self.manifest.get("sources", {})}
        return [known[i] for i in node["depends_on"]["nodes"] if i in known]

    def files_under(self, folder: str, ending: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of the files of one kind in a folder, sorted by path."""
        for path in sorted(self.files):
            if path.startswith(folder + "/") and path.endswith(ending):
                yield path, self.files[path]


def read_project(manifest_file: Path) -> Project:
    """Return this repository's project, with the manifest that dbt wrote."""
    paths = [ROOT / "dbt_project.yml"]
    for folder in ("models", "macros", "seeds", "tests/data"):
        paths += [p for p in (ROOT / folder).rglob("*") if p.suffix in {".sql", ".yml"}]
    files = {p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in paths}
    for path in (ROOT / "seeds").rglob("*.csv"):
        with path.open(encoding="utf-8") as lines:
            files[path.relative_to(ROOT).as_posix()] = lines.readline()
    return Project(json.loads(manifest_file.read_text("utf-8")), files)


def path_of(node: Node) -> str:
    """Return the path of a node's file in the repository."""
    return node["original_file_path"].replace("\\", "/")


def is_staging(node: Node) -> bool:
    """Whether a node is a staging model."""
    return path_of(node).startswith("models/staging/")


def is_base(node: Node) -> bool:
    """Whether a node is a base model: judged raw rows."""
    return is_staging(node) and "/base/" in path_of(node)


def is_mart(node: Node) -> bool:
    """Whether a node is a model of a mart, private steps included."""
    return path_of(node).startswith("models/marts/")


def is_intermediate(node: Node) -> bool:
    """Whether a node is a private step of a mart."""
    return is_mart(node) and "/intermediate/" in path_of(node)


def mart_of(node: Node) -> str:
    """Return the folder name of the mart that a model belongs to."""
    return path_of(node).split("/")[2]


def is_raw(node: Node) -> bool:
    """Whether a node holds raw rows: a source, or a seed of the sample company."""
    return node["resource_type"] == "source" or (
        node["resource_type"] == "seed" and path_of(node).startswith("seeds/raw/")
    )
