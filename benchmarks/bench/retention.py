"""Limit (c): retention as public examples compute it, against the product's.

Both start from `revenue.arr_lines` and end with base, current and retained ARR of each
month, window (1, 3, 12) and value of all six slices. The examples take every customer
(and every product family of it) in every month, whether it lived or not, and join that
to itself; the product also has the counts, the low water and the reactivations.
`python -m benchmarks.bench.retention pandas DATABASE`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

_WINDOWS = (1, 3, 12)
# What the customers of a month are divided by; product families have months of their
# own.
_SLICES = ("all", "touch_tier", "region", "industry", "csm")
_CROSS_JOIN = """
create temp table customer_levels as
select
    accounts.account_id,
    any_value(accounts.is_unmatched) as is_unmatched,
    any_value(accounts.region) as region,
    any_value(accounts.industry) as industry,
    months.month,
    months.closes_on,
    coalesce(sum(lines.arr), 0) as arr,
    coalesce(bool_and(lines.is_self_service), true) as is_self_service_only
from accounts
cross join months
left join lines
    on
        accounts.account_id = lines.account_id
        and lines.valid_from <= months.closes_on
        and lines.valid_to > months.closes_on
group by accounts.account_id, months.month, months.closes_on;

create temp table customer_months as
select
    levels.account_id,
    levels.month,
    levels.arr,
    'all' as "all",
    levels.region,
    levels.industry,
    coalesce(owners.csm_id, 'unassigned') as csm,
    case
        when levels.is_unmatched then 'unassigned'
        else coalesce(overrides.touch_tier, tiers.touch_tier)
    end as touch_tier
from customer_levels as levels
left join owners
    on
        levels.account_id = owners.account_id
        and levels.closes_on >= owners.valid_from
        and levels.closes_on < owners.valid_to
left join overrides
    on
        levels.account_id = overrides.account_id
        and levels.closes_on >= overrides.valid_from
        and levels.closes_on < overrides.expires_on
left join tiers
    on
        levels.is_self_service_only = tiers.is_self_service_only
        and levels.arr >= tiers.arr_from
        and levels.arr < tiers.arr_below;

create temp table family_months as
select
    families.account_id,
    families.product_family,
    months.month,
    coalesce(sum(lines.arr), 0) as arr
from (select distinct account_id, product_family from lines) as families
cross join months
left join lines
    on
        families.account_id = lines.account_id
        and families.product_family = lines.product_family
        and lines.valid_from <= months.closes_on
        and lines.valid_to > months.closes_on
group by families.account_id, families.product_family, months.month
"""
_RETENTION = """
select
    current.month,
    {window} as window_months,
    '{slice_name}' as slice_name,
    base."{slice_name}" as slice_value,
    sum(base.arr) as base_arr,
    sum(current.arr) as current_arr,
    sum(least(base.arr, current.arr)) as retained_arr
from {months} as base
inner join {months} as current
    on
        base.account_id = current.account_id {same_family}
        and base.month + interval {window} month = current.month
where base.arr > 0
group by current.month, base."{slice_name}"
"""


def write_product_steps(target: Path, out: Path) -> None:
    """Write the SQL of each model between arr_lines and retention, in order.

    The other ways know their SQL when they start, so that of the product is looked up
    in dbt's manifest before its time is taken.
    """
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
    steps = [
        (compiled / nodes[key]["original_file_path"]).read_text(encoding="utf-8")
        for key in ordered
        if nodes[key]["config"]["materialized"] == "table"
    ]
    out.write_text(json.dumps(steps), encoding="utf-8")


def _open(database: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"attach '{database}' as bowtie (read_only)")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def product(database: str, steps: str) -> None:
    """Run the product's models from the ledger's lines to retention."""
    with _open(database) as connection:
        for number, sql in enumerate(json.loads(Path(steps).read_text("utf-8"))):
            connection.execute(f"create temp table step_{number} as {sql}")


def cross_join(database: str, out: str) -> None:
    """Run the cross join; write its figures for a comparison."""
    with _open(database) as connection:
        _views(connection)
        connection.execute(_CROSS_JOIN)
        parts = [
            _RETENTION.format(
                window=window, slice_name=name, months="customer_months", same_family=""
            )
            for window in _WINDOWS
            for name in _SLICES
        ]
        parts += [
            _RETENTION.format(
                window=window,
                slice_name="product_family",
                months="family_months",
                same_family="and base.product_family = current.product_family",
            )
            for window in _WINDOWS
        ]
        connection.execute(f"copy ({' union all '.join(parts)}) to '{out}'")


def pandas(database: str, out: str) -> None:
    """Do the same in pandas."""
    import pandas as pd

    with _open(database) as connection:
        _views(connection)
        accounts, months, lines, owners, overrides, tiers = (
            connection.execute(f"from {name}").df()
            for name in ("accounts", "months", "lines", "owners", "overrides", "tiers")
        )
    for frame, column in ((lines, "arr"), (tiers, "arr_from"), (tiers, "arr_below")):
        frame[column] = frame[column].astype(float)
    families = lines[["account_id", "product_family"]].drop_duplicates()
    customer_levels, family_levels = [], []
    for month in months.itertuples():
        day = month.closes_on
        in_force = lines[(lines["valid_from"] <= day) & (lines["valid_to"] > day)]
        level = accounts.assign(month=month.month)
        ids = level["account_id"]
        by_account = in_force.groupby("account_id")
        level["arr"] = ids.map(by_account["arr"].sum()).fillna(0.0)
        alone = ids.map(by_account["is_self_service"].all()).fillna(True).astype(bool)
        for tier in tiers.itertuples():
            inside = (level["arr"] >= tier.arr_from) & (level["arr"] < tier.arr_below)
            chosen = inside & (alone == tier.is_self_service_only)
            level.loc[chosen, "touch_tier"] = tier.touch_tier
        by_hand = overrides[
            (overrides["valid_from"] <= day) & (overrides["expires_on"] > day)
        ].set_index("account_id")["touch_tier"]
        level["touch_tier"] = ids.map(by_hand).fillna(level["touch_tier"])
        level.loc[level["is_unmatched"], "touch_tier"] = "unassigned"
        owned = owners[(owners["valid_from"] <= day) & (owners["valid_to"] > day)]
        owner = ids.map(owned.set_index("account_id")["csm_id"])
        level["csm"] = owner.fillna("unassigned")
        customer_levels.append(level)
        keys = ["account_id", "product_family"]
        sums = in_force.groupby(keys, as_index=False)["arr"].sum()
        family = families.merge(sums, on=keys, how="left").assign(month=month.month)
        family["arr"] = family["arr"].fillna(0.0)
        family_levels.append(family)
    customer_months = pd.concat(customer_levels).assign(all="all")
    family_months = pd.concat(family_levels)
    found = []
    for window in _WINDOWS:
        for levels, keys, names in (
            (customer_months, ["account_id"], _SLICES),
            (family_months, ["account_id", "product_family"], ("product_family",)),
        ):
            later = levels[[*keys, "month", "arr"]].copy()
            later["month"] = later["month"] - pd.DateOffset(months=window)
            base = levels[levels["arr"] > 0]
            both = base.merge(later, on=[*keys, "month"], suffixes=("", "_now"))
            both["retained"] = both[["arr", "arr_now"]].min(axis=1)
            for name in names:
                by_slice = both.groupby(["month", name])
                sums = by_slice[["arr", "arr_now", "retained"]].sum()
                found.append(sums.reset_index(names=["month", "slice_value"]))
    pd.concat(found).to_parquet(out)


_VIEWS = """
create temp view lines as
select
    account_id,
    coalesce(product_family, 'unassigned') as product_family,
    is_self_service,
    valid_from,
    coalesce(valid_to, date '2200-01-01') as valid_to,
    cast(arr as decimal(18, 2)) as arr
from bowtie.revenue.arr_lines;

create temp view accounts as
select
    account_id,
    is_unmatched,
    coalesce(region, 'unassigned') as region,
    coalesce(industry, 'unassigned') as industry
from bowtie.core.account_profiles;

create temp view months as
select month, closes_on from bowtie.intermediate.int_months
where month >= (select date_trunc('month', min(valid_from)) from lines)
order by month;

create temp view owners as
select
    account_id, csm_id, valid_from, coalesce(valid_to, date '2200-01-01') as valid_to
from bowtie.core.account_owners;

create temp view overrides as
select account_id, touch_tier, valid_from, expires_on
from bowtie.policy.touch_tier_overrides;

create temp view tiers as
select
    touch_tier,
    false as is_self_service_only,
    arr_from,
    coalesce(arr_below, 1e12) as arr_below
from bowtie.policy.touch_tiers
union all
select
    touch_tier,
    true as is_self_service_only,
    self_service_arr_from as arr_from,
    coalesce(self_service_arr_below, 1e12) as arr_below
from bowtie.policy.touch_tiers
"""


def _views(connection: duckdb.DuckDBPyConnection) -> None:
    """Name what both start from."""
    connection.execute(_VIEWS)


def disagreements(database: Path, out: Path) -> int:
    """Return in how many figures the cross join differs from the product's."""
    with _open(str(database)) as connection:
        found = connection.execute(
            f"""
            select count(*)
            from '{out}' as theirs
            full join (
                from bowtie.revenue.retention
                where base_accounts > 0
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
