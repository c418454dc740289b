"""Opens the file that readers use, or says why it cannot be opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from bowtie.engine import connect
from bowtie.errors import BowtieError
from bowtie.generations import lost_generation, published_database
from bowtie.paths import Home


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the current generation's file read-only.

    Raises:
        BowtieError: nothing is published, it is gone, or a process holds it for
            writing.

    """
    if lost := lost_generation(home):
        raise BowtieError(lost)
    database = published_database(home)
    if database is None:
        raise BowtieError(f"nothing is published in {home.root}: bowtie run")
    try:
        connection = connect(database, read_only=True)
    except duckdb.Error as error:
        raise BowtieError(
            f"{database} cannot be opened ({type(error).__name__}): a process holds it "
            "for writing, or it is damaged; close that process, and have it open the "
            "file with read_only=True"
        ) from error
    with connection:
        yield connection
