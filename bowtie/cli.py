"""The command line: what each command takes, and what it says.

The work is done elsewhere (`run.py`, `build.py`, `publish.py`, `landing/`,
`simulator/`, `sample_company/`), imported when a command needs it, so that `--help`
answers at once.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bowtie import terminal
from bowtie.errors import INTERRUPTED, BowtieError, writing_to

_ABOUT = """\
Bowtie, the customer success warehouse: raw CRM, billing, usage, support and survey
rows in; ARR, retention, health, capacity and renewals out.

\b
Start here:
  bowtie run                     build and publish the sample company
  bowtie run --raw DIR           the same for your own files, as of yesterday
  bowtie build && bowtie check   only build, and judge what was built
  bowtie releases                what was published
  bowtie rollback                give readers the generation before

\b
What goes where, below HOME (default: warehouse/ in the project):
  HOME/current/reports/          pages for leadership; start at index.html
  HOME/current/bowtie.duckdb     what BI tools open: the published schemas
  HOME/current/parquet/          the same, <schema>/<table>.parquet
  HOME/current/manifest.json     what it was made from, and the hash of each file
  HOME/releases/                 current, and the 7 published before it
  HOME/work/                     the private file of the run under way, or its log
  HOME/state/                    what the next run starts from

Analysts use dbt as they know it: `dbt build`, `dbt test`, `dbt ls -s +retention`.
"""

app = typer.Typer(
    name="bowtie",
    help=_ABOUT,
    no_args_is_help=True,
    add_completion=False,
    # Plain text keeps examples as they are; a traceback must not show locals.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Raw = Annotated[
    Path | None,
    typer.Option(
        "--raw",
        metavar="DIR",
        help="Folder with raw files, <table>.csv or <table>.parquet; they are only "
        "read. Default: the sample company.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Compute everything as of the end of this day (2025-12-31). Default: the "
        "sample's 2025-12-31; with --raw, yesterday in business_timezone.",
    ),
]
HomeFolder = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Where results go. Default: warehouse/ in the project.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, max=64, help="Models built at a time."),
]
FromScratch = Annotated[
    bool,
    typer.Option(
        "--from-scratch",
        help="Judge all raw usage and score all weeks again, not only what changed "
        "since the last run. The result is the same.",
    ),
]
Switches = Annotated[
    str | None,
    typer.Option(
        "--vars",
        metavar="YAML",
        help="Switches that replace the defaults in dbt_project.yml, as a YAML "
        "mapping: '{renewal_grace_days: 45}'.",
    ),
]


@app.command("run")
def run_command(
    raw: Raw = None,
    as_of: AsOf = None,
    home: HomeFolder = None,
    threads: Threads = None,
    switches: Switches = None,
    from_scratch: FromScratch = False,
) -> None:
    """Check the raw files, build, and publish a new generation.

    Readers keep the earlier generation until the new one is whole; if anything fails,
    they keep it altogether.

    \b
    Examples:
      bowtie run
      bowtie run --raw /data/raw --as-of 2026-01-31 --home /srv/bowtie
      bowtie run --vars '{reporting_currency: EUR, renewal_grace_days: 45}'
    """  # noqa: D301
    from bowtie.build import shown_path
    from bowtie.run import Request, run

    request = Request.of(home, raw, as_of, switches, threads, from_scratch)
    release = run(request)
    current = request.home.current
    terminal.say()
    terminal.say(f"Published generation {release.generation}, as of {request.as_of}")
    terminal.say(f"  {len(release.tables)} tables, {release.rows:,} rows")
    terminal.say("Look here:")
    for name, what in (
        ("reports/index.html", "the reports; open it in a browser"),
        ("bowtie.duckdb", "the marts; open it read-only"),
        ("parquet/", "the same as files"),
        ("manifest.json", "what it was made from"),
    ):
        terminal.say(f"  {shown_path(current / name)!s:<40} {what}")


@app.command("build")
def build_command(
    raw: Raw = None,
    as_of: AsOf = None,
    home: HomeFolder = None,
    threads: Threads = None,
    switches: Switches = None,
) -> None:
    """Check the raw files and build, but publish nothing.

    The candidate, raw and staging schemas included, stays in HOME/work/ until the next
    run or build: for trying a change, or for a look at what a run would publish.

    \b
    Examples:
      bowtie build
      bowtie build --raw /data/raw --as-of 2026-01-31
    """  # noqa: D301
    from bowtie.build import shown_path
    from bowtie.run import Request, build_only

    candidate = build_only(Request.of(home, raw, as_of, switches, threads))
    terminal.say()
    terminal.say("Built, and published nothing:")
    terminal.say(f"  {shown_path(candidate.workplace.database)}")


@app.command("erase")
def erase_command(
    account: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT", help="Its account_id in core.accounts."),
    ],
    raw: Raw = None,
    as_of: AsOf = None,
    home: HomeFolder = None,
    threads: Threads = None,
    switches: Switches = None,
) -> None:
    """Erase an account: publish without it, and remove every generation that has it.

    Give the options of your usual run. The raw files are not touched; rows of the
    account are left out of this and every later run, also if they are delivered again.
    Totals that changed for it are shown, and listed in revenue.restatements. There is
    no way back but to remove its line from HOME/erased-accounts.

    \b
    Example:
      bowtie erase A-1042 --raw /data/raw --home /srv/bowtie
    """  # noqa: D301
    from bowtie.erasing import erase
    from bowtie.run import Request

    erasure = erase(Request.of(home, raw, as_of, switches, threads), account)
    terminal.say()
    terminal.say(f"Published generation {erasure.release.generation} without it")
    terminal.say(f"  removed {len(erasure.removed)} generations that had it")
    terminal.say(f"  ARR restated in {len(erasure.months)} closed months:")
    for month, before, now in erasure.months:
        terminal.say(f"    {month}  {before:>18,.2f}  ->  {now:>18,.2f}")


@app.command("check")
def check_command(
    database: Annotated[
        Path | None,
        typer.Option(
            "--database",
            metavar="FILE",
            help="The candidate. Default: the last one in HOME/work/.",
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="FILE",
            help="The generation to compare with. Default: the one readers use.",
        ),
    ] = None,
    home: HomeFolder = None,
) -> None:
    """Judge a candidate by the suites in expectations/, as a run does.

    Nothing is written. Ends with exit code 1 if a run would not be published.

    \b
    Examples:
      bowtie build && bowtie check
      bowtie check --database /tmp/candidate.duckdb --previous /srv/old.duckdb
    """  # noqa: D301
    from bowtie.checks.command import check_file, described
    from bowtie.paths import Home

    results = check_file(Home.at(home), database, previous)
    for line in described(results):
        terminal.say(line)
    if any(result.stops for result in results):
        raise typer.Exit(1)


@app.command("sample")
def sample_command(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where the CSV files go. Default: seeds/raw/ in the project.",
        ),
    ] = None,
) -> None:
    """Write the sample company's raw rows anew.

    They are part of the repository, so this is needed only after a change to
    bowtie/sample_company/. The same code writes the same bytes.
    """
    from bowtie.build import shown_path
    from bowtie.paths import PROJECT_DIR
    from bowtie.sample_company import write_sample

    folder = (out or PROJECT_DIR / "seeds" / "raw").absolute()
    with (
        writing_to("--out", folder),
        terminal.narrated("Writing the sample company") as progress,
    ):
        write_sample(folder, progress)
    terminal.say(f"The sample company's raw rows are in {shown_path(folder)}")


@app.command("simulate")
def simulate_command(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Where the Parquet files go."),
    ],
    accounts: Annotated[
        int, typer.Option("--accounts", min=1, help="How many accounts.")
    ] = 1_000,
    months: Annotated[
        int, typer.Option("--months", min=1, help="Months of daily usage.")
    ] = 24,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="The same seed makes the same bytes.")
    ] = 1,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="The last day of the data.")
    ] = "2025-12-31",
    usage_grain: Annotated[
        str, typer.Option("--usage-grain", metavar="GRAIN", help="daily or weekly.")
    ] = "daily",
) -> None:
    """Make up a company of any size, with the truth about it beside.

    DIR/<table>.parquet is what a company would deliver; DIR/truth/ says what was
    planned: ARR by account and day, churn and expansion with their causes.

    \b
    Example:
      bowtie simulate --accounts 5000 --months 24 --seed 7 --out /tmp/company
      bowtie run --raw /tmp/company --as-of 2025-12-31 --home /tmp/company-warehouse
    """  # noqa: D301
    from bowtie.build import shown_path
    from bowtie.simulator import simulate
    from bowtie.switches import read_date

    folder = out.absolute()
    last_day = read_date("--as-of", as_of)
    try:
        with (
            writing_to("--out", folder),
            terminal.narrated("Simulating") as progress,
        ):
            simulate(
                accounts=accounts,
                months=months,
                seed=seed,
                out=folder,
                as_of=last_day,
                usage_grain=usage_grain,
                progress=progress,
            )
    except ValueError as error:
        raise BowtieError(str(error)) from error
    terminal.say(f"{accounts:,} accounts over {months} months:")
    terminal.say(f"  {shown_path(folder)}   raw rows, and the truth in truth/")
    terminal.say(f"Next: bowtie run --raw {shown_path(folder)} --as-of {as_of}")


@app.command("report")
def report_command(
    home: HomeFolder = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only this report; repeatable."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            metavar="ID",
            help="Only the review of this one customer; without --only.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where the pages go. Default: HOME/reports."
        ),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="Print the pages too, if possible.")
    ] = True,
) -> None:
    """Render reports of what is published, as pages and, where possible, as PDF.

    A run renders them too, inside the generation; this is for one more, or another
    place.

    \b
    Examples:
      bowtie report
      bowtie report --only retention --only account_health --out /tmp/pages
      bowtie report --account A-1001
    """  # noqa: D301
    from bowtie.build import shown_path
    from bowtie.paths import Home
    from bowtie.reporting.published import report_published

    place = Home.at(home)
    folder = (out or place.root / "reports").absolute()
    files = report_published(place, folder, only, account, pdf)
    terminal.say(f"{len(files)} files in {shown_path(folder)}")


@app.command("releases")
def releases_command(home: HomeFolder = None) -> None:
    """List the generations that are published, newest last.

    A home in which nothing is published has an empty list: that is an answer, so the
    exit code is 0. Commands that need a generation end with 1 there, and this one too
    where the files that readers should have are gone.
    """
    from bowtie.build import shown_path
    from bowtie.generations import lost_generation, releases
    from bowtie.paths import Home

    place = Home.at(home)
    found = releases(place)
    lost = lost_generation(place)
    if not found and lost:
        raise BowtieError(lost)
    if not found:
        terminal.say(f"Nothing is published in {shown_path(place.root)}: bowtie run")
        return
    terminal.say(
        "generation       as of       published             tables        rows"
    )
    for release in found:
        terminal.say(
            f"{release.generation:<16} {release.manifest.get('as_of_date', '?'):<11} "
            f"{release.manifest.get('published_at', '?'):<21} {len(release.tables):>6} "
            f"{release.rows:>11,}{'   current' if release.is_current else ''}"
        )
    if lost:
        raise BowtieError(lost)


@app.command("rollback")
def rollback_command(
    generation: Annotated[
        str | None,
        typer.Argument(
            metavar="GENERATION",
            help="Its name, as `bowtie releases` lists it. Default: the one before the "
            "current one.",
        ),
    ] = None,
    home: HomeFolder = None,
) -> None:
    """Give readers an earlier generation again, if its files are as published.

    Nothing is removed: the same command with a newer name goes forward again. The next
    run publishes above all of them.

    \b
    Examples:
      bowtie rollback
      bowtie rollback 000016-20251230 --home /srv/bowtie
    """  # noqa: D301
    from bowtie.paths import Home
    from bowtie.publish import rollback

    release = rollback(Home.at(home), generation)
    as_of = release.manifest["as_of_date"]
    terminal.say(f"Readers have generation {release.generation} again, as of {as_of}")


def main() -> None:
    """Run the command line; a user's mistake is said in one line, with exit code 1.

    What was interrupted says so, and ends with 130.
    """
    # Ended from outside, a run lets go of what it holds as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        app()
    except BowtieError as error:
        for problem in error.problems:
            terminal.fail(problem)
        sys.exit(error.exit_code)
    except SystemExit as end:
        # Of a command that publishes nothing: typer says no word of Ctrl-C.
        if end.code == INTERRUPTED:
            terminal.fail("interrupted")
        raise


if __name__ == "__main__":
    main()
