"""Remembers how many rows each source has had at its best."""

from __future__ import annotations

from pathlib import Path

from bowtie.checks.evidence import incomparable, opened
from bowtie.engine import connect

VOLUMES = "quality.raw_volumes"
# A loss that is older than this has been seen, or was meant (an account erased).
KEPT_DAYS = 60
# The candidate's raw volumes with the most rows of this and the generations before;
# months that have no row any more have a line with 0, so that they are missed too.
REMEMBERED = f"""
    select
        coalesce(now.table_name, before.table_name) as table_name,
        coalesce(now.month, before.month) as month,
        coalesce(now.row_count, 0) as row_count,
        greatest(coalesce(now.row_count, 0), coalesce(before.most_rows, 0))
            as most_rows,
        case
            when before.most_rows > coalesce(now.row_count, 0) then before.most_rows_on
            else as_of()
        end as most_rows_on
    from quality.raw_volumes as now
    full join (
        select * from previous.{VOLUMES}
        where most_rows_on > as_of() - {KEPT_DAYS}
    ) as before
        on
            now.table_name = before.table_name
            and now.month is not distinct from before.month
    order by 1, 2
"""


def remember_volumes(database: Path, previous: Path | None) -> None:
    """Carry the most rows of the generations before over into a candidate."""
    with opened(database, previous) as connection:
        if incomparable(connection, (VOLUMES,)):
            return
        rows = connection.execute(REMEMBERED).fetchall()
    with connect(database) as connection:
        connection.execute("begin")
        connection.execute(f"delete from {VOLUMES}")
        connection.executemany(f"insert into {VOLUMES} values (?, ?, ?, ?, ?)", rows)
        connection.execute("commit")
