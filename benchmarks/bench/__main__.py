"""Measures the product beside its limits, and writes benchmarks/README.md.

make bench ARGS="--accounts 100000 --months 24 --only full,next-day"
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.bench import dashboard, page, product, retention
from benchmarks.bench.empty_project import node_counts, write_empty_project
from benchmarks.bench.measure import Measured, measured
from bowtie.paths import PROJECT_DIR

Row = tuple[str, str, str]


def main() -> None:
    """Run what the options ask for."""
    options = _options()
    options.scratch.mkdir(parents=True, exist_ok=True)
    # Those of a company that does not fit into memory are asked for by name.
    usual = [name for name in _MEASUREMENTS if name not in ("weekly", "large")]
    chosen = options.only.split(",") if options.only else usual
    raw = product.company(
        options.scratch / f"raw-{options.accounts}-{options.months}-{options.usage}",
        options.accounts,
        options.months,
        options.usage,
    )
    sizes = f"{options.accounts:,} accounts, {options.months} months, {options.usage}"
    asked = f"--accounts {options.accounts} --months {options.months}"
    for name in chosen:
        print(f"{name} ...", flush=True)
        rows: list[Row] = []
        for row in _MEASUREMENTS[name](raw, options.scratch):
            print("  " + " | ".join(row), flush=True)
            rows.append(row)
        command = f"make bench ARGS='{asked} --usage {options.usage} --only {name}'"
        page.write(f"{name}: {sizes}", command, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--usage", choices=("daily", "weekly"), default="daily")
    parser.add_argument("--only", help=f"some of {','.join(_MEASUREMENTS)}")
    parser.add_argument(
        "--scratch",
        type=Path,
        default=PROJECT_DIR / "warehouse" / "bench",
        help="where companies and results lie; companies stay for the next time",
    )
    return parser.parse_args()


def _full(raw: Path, scratch: Path) -> Iterator[Row]:
    """Run the product, from scratch, and limit (a)."""
    home = scratch / f"home-{raw.name}"
    shutil.rmtree(home, ignore_errors=True)
    ours = product.run(raw, home)
    by_hand = measured(
        [product.PYTHON, "-m", "benchmarks.bench.by_hand", raw, scratch],
        PROJECT_DIR,
        scratch,
        product.environment(),
    )
    building = ours.between("Building", "Checking")
    published = ours.between("Checking", "Rendering the reports")
    rendered = ours.between("Rendering the reports")
    yield _costs("full run, landing to publication", ours)
    yield _costs("limit (a): three figures by hand", by_hand)
    yield _ratio("full run / limit (a)", ours, by_hand, "<= 3 x")
    yield ("peak memory", f"{ours.memory / 2**30:.1f} GiB", "<= 6 GB")
    yield ("build, data tests included", f"{building:.1f} s", "")
    yield ("checks and publishing", f"{published:.1f} s", "")
    share = 100 * published / building
    yield ("checks and publishing, of the build", f"{share:.0f} %", "<= 30 %")
    yield ("reports, the flip and what is kept", f"{rendered:.1f} s", "")


def _next_day(raw: Path, scratch: Path) -> Iterator[Row]:
    """Run the day before, the day after on top of it; compare with a full run."""
    place = scratch / "next-day"
    before, after = product.next_day(raw, place)
    yield _costs("the day before, from scratch", before)
    yield _costs("the day after, on top of it", after)
    yield _ratio("the day after / the day before", after, before, "<= 0.05 x")
    differing = product.differences(place / "home", _full_home(raw, scratch))
    yield ("tables that a full run has otherwise", ", ".join(differing) or "0", "0")


def _sample(raw: Path, scratch: Path) -> Iterator[Row]:
    """Build the sample, and limit (b)."""
    place = scratch / "sample"
    ours = product.build_sample(place)
    manifest = place / PROJECT_DIR.name / "target" / "manifest.json"
    empty = scratch / "empty"
    shutil.rmtree(empty, ignore_errors=True)
    counts = node_counts(manifest)
    limit = product.build_sample(place, write_empty_project(empty, counts))
    goal = 1.3 * limit.seconds + 5
    yield _costs("sample, `dbt build`", ours)
    yield _costs(f"limit (b): {counts.total():,} empty nodes", limit)
    yield ("sample", f"{ours.seconds:.1f} s", f"<= {goal:.1f} s (1.3 x limit (b) + 5)")


def _retention(raw: Path, scratch: Path) -> Iterator[Row]:
    """Compute retention as the product does, by cross join and in pandas."""
    database, _ = product.build_up_to(raw, "retention", scratch / "retention")
    steps = scratch / "retention.json"
    retention.write_product_steps(database.parent / "target", steps)
    runs = {}
    for name in ("product", "cross-join", "pandas"):
        out = steps if name == "product" else scratch / f"{name}.parquet"
        found = measured(
            [
                *(product.PYTHON, "-m", "benchmarks.bench.retention"),
                *(name, database, out),
            ],
            PROJECT_DIR,
            scratch,
            product.environment(),
        )
        runs[name] = found
        yield _costs(f"retention: {name}", found)
    for name in ("cross-join", "pandas"):
        yield _ratio(f"{name} / product", runs[name], runs["product"], ">= 10 x")
    wrong = retention.disagreements(database, scratch / "cross-join.parquet")
    yield ("figures in which the cross join differs", f"{wrong:,}", "0")


def _dashboard(raw: Path, scratch: Path) -> Iterator[Row]:
    """Ask what a full run published twenty questions."""
    home = _full_home(raw, scratch)
    seconds = dashboard.latencies(home / "current" / "bowtie.duckdb")
    for name, share in (("median", 0.5), ("95th percentile", 0.95)):
        found = dashboard.percentile(seconds, share)
        goal = "<= 50 ms" if share > 0.5 else ""
        yield (f"dashboard query, {name}", f"{1000 * found:.0f} ms", goal)


def _weekly(raw: Path, scratch: Path) -> Iterator[Row]:
    """Build weekly usage, and all that it needs."""
    _, found = product.build_up_to(raw, "usage_weekly", scratch / "weekly")
    yield _costs("weekly usage", found)
    memory = found.memory / 2**30
    yield ("its peak memory", f"{memory:.1f} GiB", "finishes, within 12 GB")


def _large(raw: Path, scratch: Path) -> Iterator[Row]:
    """Run what does not fit into memory, with health for as long as there is usage.

    Each week of drivers' points has some 14 million rows of a million accounts: a month
    of them instead of a quarter, or the spill alone takes fifty gigabytes of disk.
    """
    home = scratch / f"home-{raw.name}"
    shutil.rmtree(home, ignore_errors=True)
    switches = {"health_history_weeks": 52, "health_driver_weeks": 4}
    ours = product.run(raw, home, switches=switches, BOWTIE_MEMORY_LIMIT="8GB")
    yield _costs("full run, landing to publication", ours)
    memory = ours.memory / 2**30
    yield ("peak memory", f"{memory:.1f} GiB", "finishes, spilling, within 12 GB")


def _full_home(raw: Path, scratch: Path) -> Path:
    """Return the home of a full run, which may have been made before."""
    home = scratch / f"home-{raw.name}"
    if not home.exists():
        product.run(raw, home)
    return home


def _costs(what: str, found: Measured) -> Row:
    figure = (
        f"{found.seconds:.1f} s ({found.core_seconds:.1f} s of cores), "
        f"{found.memory / 2**30:.1f} GiB in memory"
    )
    if found.spill:
        figure += f", {found.spill / 2**30:.1f} GiB spilled"
    return (what, figure, "")


def _ratio(what: str, one: Measured, other: Measured, goal: str) -> Row:
    clock = one.seconds / other.seconds
    cores = one.core_seconds / other.core_seconds
    return (what, f"{clock:.2f} x ({cores:.2f} x of cores)", goal)


_MEASUREMENTS: dict[str, Callable[[Path, Path], Iterator[Row]]] = {
    "full": _full,
    "next-day": _next_day,
    "sample": _sample,
    "retention": _retention,
    "dashboard": _dashboard,
    "weekly": _weekly,
    "large": _large,
}

if __name__ == "__main__":
    main()
