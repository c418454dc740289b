"""Limit (c): retention as public examples compute it, against the product's.

Both start from `revenue.arr_lines` and end with base, current and retained ARR of each
month, window (1, 3, 12) and value of a slice. The examples take every customer in every
month, whether it lived or not, join that to itself, and do so for three slices; the
product does all six, its low-water and reactivation columns too.
`python -m benchmarks.bench.retention pandas DATABASE`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

_SLICES = {"all": "'all'", "region": "base.region", "industry": "base.industry"}
_CROSS_JOIN = """
create temp table customer_months as
select
    accounts.account_id,
    any_value(coalesce(accounts.region, 'unassigned')) as region,
    any_value(coalesce(accounts.industry, 'unassigned')) as industry,
    months.month,
    coalesce(sum(lines.arr), 0) as arr
from accounts
cross join months
left join lines
    on
        accounts.account_id = lines.account_id
        and lines.valid_from <= months.closes_on
        and coalesce(lines.valid_to, date '9999-12-31') > months.closes_on
group by accounts.account_id, months.month
"""
_RETENTION = """
select
    current.month,
    {window} as window_months,
    '{slice_name}' as slice_name,
    {slice_value} as slice_value,
    sum(base.arr) as base_arr,
    sum(current.arr) as current_arr,
    sum(least(base.arr, current.arr)) as retained_arr
from customer_months as base
inner join customer_months as current
    on
        base.account_id = current.account_id
        and base.month + interval {window} month = current.month
where base.arr > 0
group by current.month, {slice_value}
"""


def product_steps(candidate: Path, target: Path) -> list[tuple[str, str]]:
    """Return name and SQL of each model between arr_lines and retention, in order."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    start, end = "model.bowtie.arr_lines", "model.bowtie.retention"
    below, stack = set(), [start]
    while stack:
        for child in manifest["child_map"][stack.pop()]:
            if child in nodes and child not in below:
                below.add(child)
                stack.append(child)
    ordered: list[str] = []

    def visit(key: str) -> None:
        if key in below and key not in ordered:
            for parent in nodes[key]["depends_on"]["nodes"]:
                visit(parent)
            ordered.append(key)

    visit(end)
    compiled = target / "compiled" / "bowtie"
    return [
        (nodes[key]["name"], (compiled / nodes[key]["original_file_path"]).read_text())
        for key in ordered
        if nodes[key]["config"]["materialized"] == "table"
    ]


def _open(database: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"attach '{database}' as bowtie (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def product(database: str, target: str) -> None:
    """Run the product's models from the ledger's lines to retention."""
    with _open(database) as connection:
        for number, (_, sql) in enumerate(product_steps(Path(database), Path(target))):
            connection.execute(f"create temp table step_{number} as {sql}")


def cross_join(database: str, out: str) -> None:
    """Run the cross join; write its figures for a comparison."""
    with _open(database) as connection:
        _views(connection)
        connection.execute(_CROSS_JOIN)
        parts = [
            _RETENTION.format(window=window, slice_name=name, slice_value=value)
            for window in (1, 3, 12)
            for name, value in _SLICES.items()
        ]
        connection.execute(f"copy ({' union all '.join(parts)}) to '{out}'")


def pandas(database: str, out: str) -> None:
    """Do the same in pandas."""
    import pandas as pd

    with _open(database) as connection:
        _views(connection)
        accounts = connection.execute("from accounts").df().fillna("unassigned")
        months = connection.execute("from months order by month").df()
        lines = connection.execute("select * from lines where arr > 0").df()
    lines["arr"] = lines["arr"].astype(float)
    levels = []
    for month in months.itertuples():
        in_force = (lines["valid_from"] <= month.closes_on) & ~(
            lines["valid_to"] <= month.closes_on
        )
        closing = lines[in_force].groupby("account_id")["arr"].sum()
        level = accounts.assign(month=month.month)
        level["arr"] = level["account_id"].map(closing).fillna(0.0)
        levels.append(level)
    customer_months = pd.concat(levels)
    customer_months["all"] = "all"
    found = []
    for window in (1, 3, 12):
        later = customer_months[["account_id", "month", "arr"]].copy()
        later["month"] = later["month"] - pd.DateOffset(months=window)
        base = customer_months[customer_months["arr"] > 0]
        both = base.merge(later, on=["account_id", "month"], suffixes=("", "_now"))
        both["retained"] = both[["arr", "arr_now"]].min(axis=1)
        for name in _SLICES:
            sums = both.groupby(["month", name])[["arr", "arr_now", "retained"]].sum()
            found.append(sums.reset_index(names=["month", "slice_value"]))
    pd.concat(found).to_parquet(out)


def _views(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create temp view lines as
        select account_id, valid_from, valid_to, cast(arr as decimal(18, 2)) as arr
        from bowtie.revenue.arr_lines
        """
    )
    connection.execute(
        """
        create temp view accounts as
        select account_id, region, industry from bowtie.core.account_profiles
        """
    )
    connection.execute(
        """
        create temp view months as
        select month, closes_on from bowtie.intermediate.int_months
        """
    )


def disagreements(database: Path, out: Path) -> int:
    """Return in how many figures the cross join differs from the product's."""
    with _open(str(database)) as connection:
        found = connection.execute(
            f"""
            select count(*)
            from '{out}' as theirs
            full join (
                from bowtie.revenue.retention
                where slice_name in ('all', 'region', 'industry') and base_accounts > 0
            ) as ours
                on
                    theirs.month = ours.as_of_month
                    and theirs.window_months = ours.window_months
                    and theirs.slice_name = ours.slice_name
                    and theirs.slice_value = ours.slice_value
            where
                theirs.base_arr is distinct from ours.base_arr
                or theirs.current_arr is distinct from ours.current_arr
                or theirs.retained_arr is distinct from ours.gross_retained_arr
            """
        ).fetchone()
        assert found is not None
        return found[0]


if __name__ == "__main__":
    {"product": product, "cross-join": cross_join, "pandas": pandas}[sys.argv[1]](
        *sys.argv[2:]
    )
