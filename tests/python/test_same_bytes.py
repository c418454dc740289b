"""The same rows make the same bytes, by any number of threads."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import build_into, take

from benchmarks.clean_days.delivery import Company
from benchmarks.faults.campaign import AS_OF
from bowtie.release_files import Content, write_marts


def contents(built: Path, folder: Path) -> dict[str, Content]:
    """Return what each published table of a built database holds."""
    folder.mkdir()
    return write_marts(
        built, folder / "release.duckdb", folder / "parquet", folder / "spill"
    )


def test_a_company_has_the_same_bytes_by_1_and_4_threads(compiled_project, tmp_path):
    raw = tmp_path / "raw"
    Company(tmp_path / "company", AS_OF, 60, 5, "weekly").deliver(AS_OF, raw)
    day = AS_OF.isoformat()
    one, four = (
        contents(
            take(compiled_project, raw, day, tmp_path / f"built-{threads}", threads),
            tmp_path / f"release-{threads}",
        )
        for threads in (1, 4)
    )
    assert len(one) > 40
    assert sum(held.rows for held in one.values()) > 10_000
    assert one == four


@pytest.mark.slow
def test_the_sample_has_the_same_bytes_by_1_2_and_8_threads(tmp_path):
    one, two, eight = (
        contents(
            build_into(tmp_path / f"home-{threads}", threads=threads),
            tmp_path / f"release-{threads}",
        )
        for threads in (1, 2, 8)
    )
    assert one == two == eight
