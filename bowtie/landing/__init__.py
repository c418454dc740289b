"""Landing checks: a folder of raw files, judged before SQL sees it.

`land` reads every file once and either raises `LandingError` with all that is wrong,
or returns a `Landing`: which files hold which table, with rows, hashes and remarks.
Where DuckDB would not read a CSV exactly as it was checked, a clean copy is written
to the landing folder, and the models read that one (`macros/raw/raw_files.sql`).

    folder.py        which files belong to which table
    csv_stream.py    a CSV's records and line numbers, and what its bytes gave away
    header.py        what its first row says
    content.py       whether columns hold what their names promise
    csv_file.py      one CSV file, checked and copied
    parquet_file.py  one Parquet file, checked by its footer and first rows
    across.py        what only several files together show
    manifest.py      the sender's control totals
"""

from bowtie.landing.land import changed_files, land, remove_copies
from bowtie.landing.results import Landing, LandingError

__all__ = ["Landing", "LandingError", "changed_files", "land", "remove_copies"]
