"""Reports: every number is the mart's, nothing from the data is live, all say why."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jupytext
import pytest
import yaml
from matplotlib.figure import Figure
from pages import ReportPage, Shown, read_number
from rows import rows_of

from bowtie.errors import BowtieError
from bowtie.hashing import sha256_of
from bowtie.paths import PROJECT_DIR, Home
from bowtie.reporting import kernel, pages, render, render_reports
from bowtie.reporting.house import charts
from bowtie.reporting.house.charts import _number_axis, _time_axis
from bowtie.reporting.house.formats import MISSING, kind_of, plain, written
from bowtie.reporting.house.html import readable
from bowtie.reporting.house.palette import PALETTE
from bowtie.reporting.house.vocabulary import label_of
from bowtie.reporting.house.words import against_target
from bowtie.reporting.pages import REPORTS, Report
from bowtie.reporting.published import report_published
from bowtie.reporting.render import file_name

NOTEBOOKS = sorted(pages.NOTEBOOKS.glob("*.py"))


# --- Every number is the mart's -------------------------------------------------------


def test_every_value_of_a_page_is_what_its_query_answers(
    sample_reports, sample_warehouse
):
    with duckdb.connect(str(sample_warehouse), read_only=True) as marts:
        for path in sample_reports:
            checked = expect_page(ReportPage(path), marts)
            assert checked > 10, f"{path.name} shows hardly a value"


def expect_page(page: ReportPage, marts: duckdb.DuckDBPyConnection) -> int:
    """Fail unless each value of a page is the mart's; return how many there are."""
    answers = {
        number: asked(marts, query.sql) for number, query in page.queries().items()
    }
    count = 0
    for shown in page.values():
        expect_shown(shown, answers[shown.query], page.path.name)
        count += 1
    return count


def asked(marts: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = marts.cursor()
    cursor.execute("set TimeZone = 'UTC'")
    return rows_of(cursor, sql)


def expect_shown(shown: Shown, answer: list[dict[str, Any]], page: str) -> None:
    """Fail unless a value is the query's, and reads as it to the last digit shown."""
    where = f"{page}: query {shown.query}, row {shown.row}, {shown.column}"
    if shown.column == "rows":
        value = len(answer)
    else:
        value = answer[shown.row][shown.column] if shown.row >= 0 else None
    if value is None:
        assert shown.text == MISSING and shown.held == "", where
    elif isinstance(value, bool):
        assert shown.text == ("yes" if value else "no"), where
    elif isinstance(value, int | Decimal):
        assert Decimal(shown.held) == value, where
        number, half = read_number(shown.text)
        size = abs(value) if shown.kind.endswith("_apart") else value
        assert abs(number - size) <= half, where
    elif isinstance(value, date):
        assert shown.held == value.isoformat(), where
        assert shown.text in (f"{value.day} {value:%b %Y}", f"{value:%b %Y}"), where
    elif shown.kind == "text":
        assert shown.text == readable(value), where
    else:
        assert shown.text, where


def test_a_page_for_customers_asks_only_what_customers_may_see(sample_reports):
    safe = customer_safe_marts()
    editions = [path for path in sample_reports if ReportPage(path).is_for_customers]
    assert editions and "reviews.account_reviews" in safe
    for path in editions:
        page = ReportPage(path)
        queries = page.queries()
        asked = {
            re.findall(r"\bfrom\s+([\w.]+)", queries[shown.query].sql)[0]
            for shown in page.values()
        }
        assert asked <= safe, f"{path.name}: {sorted(asked - safe)}"
        ours = page.html.select(
            "a:not(.anchor-link), .note, [class*=tone-], code, pre, dl, button[title]"
        )
        assert not ours, path.name
        assert not re.search(_INTERNAL, page.one("body").text), path.name
        assert "Bowtie" not in page.one("title").text + page.one("body").text
        # It has the numbers of its charts all the same.
        assert page.html.select("details.trace table"), path.name


_INTERNAL = re.compile(
    r"\b(score|band|tier|risk|forecast|likelihood|churn|notice|generation|mart\b|"
    r"select\b|policy|pack|definition)",
    re.I,
)


def customer_safe_marts() -> set[str]:
    """Return the marts that say in their YAML that a customer may see them."""
    return {
        f"{path.parent.name}.{model['name']}"
        for path in (PROJECT_DIR / "models" / "marts").glob("*/*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
        if model.get("config", {}).get("meta", {}).get("customer_safe")
    }


def test_no_number_of_a_page_stands_outside_of_a_traced_value(sample_reports):
    for path in sample_reports:
        around = ReportPage(path).text_around_values(".answer, .tile, td, tbody th")
        assert not re.search(r"\d", around), f"{path.name}: {around}"


def test_a_query_of_a_page_reads_one_mart_and_computes_nothing(sample_reports):
    for path in sample_reports:
        for query in ReportPage(path).queries().values():
            marts = set(re.findall(r"\b(?:from|join)\s+([\w.]+)", query.sql))
            assert len(marts) == 1 and "." in marts.pop(), query.sql
            selected = re.split(r"\bfrom\b", query.sql)[0].removeprefix("select")
            for column in selected.split(","):
                assert re.fullmatch(r"\s*[a-z_0-9]+\s*", column), query.sql


def test_every_shown_column_is_defined_in_the_page(sample_reports):
    for path in sample_reports:
        if ReportPage(path).is_for_customers:
            continue
        for block in ReportPage(path).html.select("details.trace"):
            assert "As of" in block.text and "From the mart" in block.text
            for heading in block.select("th button"):
                assert heading.get("title"), f"{path.name}: {heading.text}"


def test_the_overview_shows_what_the_generation_before_said(sample_warehouse, tmp_path):
    before = tmp_path / "before.duckdb"
    with duckdb.connect(str(before)) as marts:
        marts.execute(f"attach '{sample_warehouse}' as sample (read_only)")
        marts.execute("create schema revenue")
        marts.execute(
            "create table revenue.retention_standings as"
            " select * replace (rate - 0.125 as rate)"
            " from sample.revenue.retention_standings"
        )
    (path,) = render_reports(
        sample_warehouse, tmp_path, generation="g", previous=before, only=["index"]
    )
    page = ReportPage(path)
    ((number, query),) = [
        (number, query) for number, query in page.queries().items() if query.of_previous
    ]
    with duckdb.connect(str(before), read_only=True) as marts:
        answer = asked(marts, query.sql)
    shown = [value for value in page.values() if value.query == number]
    assert len(shown) > 3
    for value in shown:
        expect_shown(value, answer, path.name)


# --- What a reader is told ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "short", "text"),
    [
        (Decimal("26559769.48"), "money", False, "$26,559,769"),
        (Decimal("26559769.48"), "money", True, "$26.6M"),
        (Decimal("999960"), "money", True, "$1.00M"),
        (Decimal("-2043264"), "money_change", True, "\N{MINUS SIGN}$2.04M"),
        (Decimal("0.004"), "money_change", True, "$0"),
        (Decimal("0.990886"), "percent", False, "99.1%"),
        (Decimal("0.0005"), "percent", False, "0.1%"),
        (Decimal("-0.0004"), "points", False, "0.0\N{NO-BREAK SPACE}pts"),
        (8139, "count", False, "8,139"),
        (None, "money", True, MISSING),
        (None, "text", False, MISSING),
    ],
)
def test_a_value_is_written_rounded_half_up_with_a_true_minus(value, kind, short, text):
    assert written(value, kind, "USD", short) == text


@pytest.mark.parametrize(
    ("lost", "text"),
    [("60000", "$60,000"), ("-60000", "\N{MINUS SIGN}$60,000"), ("0", "$0")],
)
def test_a_loss_never_has_a_plus(lost, text):
    """Of the pipeline it is an amount; as the cause of a change it is below zero."""
    assert written(Decimal(lost), kind_of("lost_arr", "DECIMAL(18,2)")) == text


@pytest.mark.parametrize(
    ("target", "is_on_target", "words"),
    [
        (None, None, "without a target"),
        ("100%", None, "not comparable with its target of 100%"),
        ("100%", True, "on its target of 100%"),
        ("100%", False, "short of its target of 100%"),
    ],
)
def test_a_rate_without_a_target_is_told_from_a_target_without_a_rate(
    target, is_on_target, words
):
    row = SimpleNamespace(target=Held(target), is_on_target=Held(is_on_target))
    assert against_target(row) == words


class Held(str):
    """A value of a mart, written as it is."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw


def test_a_tick_of_an_axis_is_where_its_label_says(monkeypatch):
    monkeypatch.setattr(charts, "currency", lambda: "USD")
    axes = Figure().subplots()
    # Seven steps between: half points for one that counts by 1, 2, 5 or 10.
    axes.set_xlim(0.952, 0.981)
    _number_axis(axes.xaxis, "percent")
    shown = [label.get_text().removesuffix("%") for label in axes.get_xticklabels()]
    assert "95.5" in shown
    assert [float(number) / 100 for number in shown] == pytest.approx(axes.get_xticks())


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        ([date(2025, 4, 1), date(2025, 5, 1)], ["May 2025", "Apr 2025"]),
        ([date(2025, 5, 26), date(2025, 6, 2)], ["2 Jun 2025", "26 May 2025"]),
        ([date(2025, 6, 1), date(2025, 6, 8)], ["8 Jun 2025", "1 Jun 2025"]),
    ],
)
def test_an_axis_of_weeks_says_the_day_and_one_of_months_the_month(days, labels):
    axes = Figure().subplots()
    _time_axis(axes, days, narrow=False)
    assert [label.get_text() for label in axes.get_xticklabels()] == labels


def test_a_rate_that_came_is_not_called_as_the_one_that_was_expected():
    for mart in ("renewal_forecast_accuracy", "renewal_forecast_errors"):
        came = label_of("gross_rate", f"expansion_renewals.{mart}")
        assert came != label_of("forecast_gross_rate", f"expansion_renewals.{mart}")
        assert came != label_of("gross_rate", "expansion_renewals.renewal_horizons")


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_what_it_is_written_on(dark):
    on_paper = ["ink", "muted", "accent", "series1", "series2", "series3", "series4"]
    pairs = [(name, ground) for name in on_paper for ground in ("paper", "surface")]
    pairs += [(f"heatink{step}", f"heat{step}") for step in range(9)]
    for text, ground in pairs:
        assert contrast(PALETTE[text][dark], PALETTE[ground][dark]) >= 4.5, (
            text,
            ground,
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2.2 defines it."""
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return sum(
        weight * part
        for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def test_the_table_of_books_has_what_nobody_owns(sample_reports):
    (path,) = [path for path in sample_reports if path.stem == "csm_books"]
    books = ReportPage(path).html.select(".block > .scroll tbody th")
    assert "unassigned" in [book.text for book in books]


# --- A review of which little is known ------------------------------------------------

# What becomes of the rows of a customer of the sample, by mart.
LITTLE_KNOWN = {
    "health.success_plans": "status = 'draft'",
    "reviews.account_reviews": (
        "seats = null, seat_utilisation = null, resolution_days = null,"
        " satisfaction = null, milestones_done = 1, term_end_date = '2025-12-17',"
        " days_to_renewal = -14"
    ),
}


@pytest.fixture(scope="module")
def little_known(
    sample_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return the text of a review's edition for a customer of whom little is known."""
    folder = tmp_path_factory.mktemp("little_known")
    notebook = (pages.NOTEBOOKS / "account_review.py").read_text("utf-8")
    marts = sorted(set(re.findall(r"\n +from ([a-z_]+\.\w+)", notebook)))
    with duckdb.connect(str(folder / "marts.duckdb")) as copy:
        copy.execute(f"attach '{sample_warehouse}' as sample (read_only)")
        copy.execute("create schema quality")
        copy.execute("create table quality.policies as from sample.quality.policies")
        copy.execute("create schema reviews")
        copy.execute("create table reviews.csm_books as from sample.reviews.csm_books")
        for mart in marts:
            copy.execute(f"create schema if not exists {mart.partition('.')[0]}")
            rows = f"select * from sample.{mart} where account_id = 'M55'"
            copy.execute(f"create table {mart} as {rows}")
            if mart in LITTLE_KNOWN:
                copy.execute(f"update {mart} set {LITTLE_KNOWN[mart]}")
    written = render_reports(
        folder / "marts.duckdb", folder, generation="g", only=["account_review"]
    )
    (edition,) = [path for path in written if ReportPage(path).is_for_customers]
    return " ".join(ReportPage(edition).one("body").text.split())


def test_a_plan_that_is_a_draft_is_not_shown_to_the_customer(little_known):
    assert "No success plan was agreed." in little_known


def test_a_review_is_silent_on_what_nobody_knows(little_known):
    assert "A first answer took" in little_known
    for unknown in ("A solution took", "Ratings average", "Seats in use"):
        assert unknown not in little_known


def test_a_term_that_is_over_no_longer_runs(little_known):
    assert "The term ran until 17 Dec 2025." in little_known


def test_one_milestone_is_reached_and_several_are(little_known):
    assert "1 of 5 milestones is reached" in little_known


# --- The notebooks --------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_its_question_and_keeps_its_cells_short(path):
    cells = jupytext.read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ") and "?" in cells[0].source
    assert "For " in cells[0].source, "who asks"
    for cell in cells:
        assert len(cell.source.splitlines()) <= 15, cell.source
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert "house.answer(" in code
    assert "HTML(" not in code and "print(" not in code and " join " not in code


def test_no_page_shows_a_period_that_is_not_over_as_if_it_were():
    """But for the state of now, which the latest month is."""
    flagged = {
        f"{path.parent.name}.{model['name']}"
        for path in (PROJECT_DIR / "models" / "marts").glob("*/*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
        if {"is_partial", "is_complete"} & {one["name"] for one in model["columns"]}
    }
    asked = [
        query
        for path in NOTEBOOKS
        for query in re.findall(r'"""\s+select\b.*?"""', path.read_text("utf-8"), re.S)
        if re.findall(r"\bfrom\s+([\w.]+)", query)[0] in flagged
        and "max(month)" not in query
    ]
    assert len(asked) > 5
    for query in asked:
        assert re.search(r"\bis_(partial|complete)\b", query), query


def test_every_notebook_is_a_report_and_every_report_a_notebook():
    assert {path.stem for path in NOTEBOOKS} == {report.name for report in REPORTS}


# --- The same bytes -------------------------------------------------------------------


def test_the_same_warehouse_gives_the_same_bytes_by_one_kernel_or_by_several(
    sample_warehouse, sample_reports, tmp_path, monkeypatch
):
    monkeypatch.setattr(render, "_WORTH_IT", 1)
    names = ["retention", "capacity"]
    again = render_reports(sample_warehouse, tmp_path, generation="sample", only=names)
    assert [path.stem for path in again] == names
    first = {path.name: path for path in sample_reports}
    for path in again:
        assert path.read_bytes() == first[path.name].read_bytes()


@pytest.mark.parametrize("is_as_published", [True, False])
def test_a_drawing_that_shows_the_same_is_taken_from_the_page_published_before(
    sample_warehouse, sample_reports, tmp_path, is_as_published
):
    (drawn,) = (path for path in sample_reports if path.name == "capacity.html")
    page = drawn.read_text("utf-8")
    generation = tmp_path / "generation"
    (generation / "reports").mkdir(parents=True)
    earlier = generation / "reports" / "capacity.html"
    earlier.write_text(page.replace("</svg>", "<!-- taken --></svg>"), "utf-8")
    sha256 = sha256_of(earlier if is_as_published else drawn)
    manifest = {"files": {"reports/capacity.html": sha256}}
    (generation / "manifest.json").write_text(json.dumps(manifest))
    (again,) = render_reports(
        sample_warehouse,
        tmp_path / "again",
        generation="sample",
        previous=generation / "bowtie.duckdb",
        only=["capacity"],
    )
    taken = again.read_text("utf-8")
    assert taken.count("<!-- taken -->") == is_as_published * page.count("</svg>")
    assert taken.replace("<!-- taken -->", "") == page


def test_a_chart_says_all_that_it_shows_or_refuses():
    with pytest.raises(TypeError, match="cannot say what it shows of object"):
        charts.lines(object(), "month", ["nrr"])


# --- Reports that cannot be computed --------------------------------------------------


@pytest.fixture
def tiny_marts(tmp_path: Path) -> Path:
    """Return a warehouse file that has nothing but the switches in force."""
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as marts:
        marts.execute("create schema quality")
        marts.execute(
            "create table quality.policies as select * from (values"
            " ('switch', 'as_of_date in force', '2025-12-31'),"
            " ('switch', 'reporting_currency', 'USD')) as held(kind, policy, setting)"
        )
    return path


# A notebook's code, and what is said of it.
FAILURES = {
    "raise ValueError('ann@example.com')": "cell 1 stopped with ValueError",
    "house.ask('select nrr from revenue.gone')": "cell 1 stopped with CatalogException",
    "house.subject()": "this report is about one account or CSM; none was given",
    "import os; os._exit(1)": "the kernel died in cell 1",
    "import time; time.sleep(60)": "cell 1 ran for more than 3 s",
    "house.answer('Fine.')": None,
}


@pytest.fixture
def temporary(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Have temporary files in a folder of their own, its path as short as is usual."""
    tmp_path_factory.getbasetemp()  # Before it would be made in that folder.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


@pytest.fixture
def failing(temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the notebooks of FAILURES for reports."""
    reports = []
    for number, code in enumerate(FAILURES):
        (tmp_path / f"page{number}.py").write_text(f"# %%\n{code}\n", "utf-8")
        reports.append(Report(f"page{number}", "A page", "Well?"))
    monkeypatch.setattr(pages, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(render, "REPORTS", reports)


@pytest.mark.usefixtures("failing")
def test_a_report_that_cannot_be_computed_says_why_in_its_place_and_fails_the_run(
    tiny_marts, tmp_path, temporary, monkeypatch
):
    monkeypatch.setattr(kernel, "CELL", 3)
    # By several kernels.
    monkeypatch.setattr(render, "_WORTH_IT", 1)
    out = tmp_path / "out"
    with pytest.raises(BowtieError) as stopped:
        render_reports(tiny_marts, out, generation="g")
    expected = []
    for number, reason in enumerate(FAILURES.values()):
        page = ReportPage(out / f"page{number}.html")
        if reason is None:
            assert page.one(".answer").text == "Fine."
        else:
            assert reason in page.one(".note").text
            expected.append(f"report page{number}.html: {reason}")
    for line, reason in zip(stopped.value.problems, expected, strict=True):
        assert line.startswith(reason) and "ann@example.com" not in line
    assert list(temporary.iterdir()) == [], "something is left over"


@pytest.mark.usefixtures("failing")
def test_a_kernel_that_never_starts_is_one_clear_line(
    tiny_marts, tmp_path, monkeypatch
):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit(1)")
    monkeypatch.setattr(kernel, "STARTUP", 5)
    monkeypatch.setattr(kernel, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(render, "_WORTH_IT", 1)
    with pytest.raises(BowtieError, match="no notebook kernel started within 5 s"):
        render_reports(tiny_marts, tmp_path / "out", generation="g")


def test_an_unknown_report_is_named_with_those_that_exist(tiny_marts, tmp_path):
    with pytest.raises(
        BowtieError, match=r"there is no report x; there are .*retention"
    ):
        render_reports(tiny_marts, tmp_path, generation="g", only=["x"])


# --- Where pages go -------------------------------------------------------------------


def test_reports_never_go_into_a_published_generation(home):
    (home.releases / "000001-20251231").mkdir()
    home.current.symlink_to("releases/000001-20251231")
    with pytest.raises(BowtieError, match="never written to again"):
        report_published(home, home.current / "reports")


def test_reports_that_cannot_be_written_name_the_option(home, tmp_path):
    release = home.releases / "000001-20251231"
    release.mkdir()
    duckdb.connect(str(release / "bowtie.duckdb")).close()
    home.current.symlink_to("releases/000001-20251231")
    (tmp_path / "file").touch()
    with pytest.raises(BowtieError, match="file is in the way: give --out a folder"):
        report_published(home, tmp_path / "file")


@pytest.mark.parametrize(
    ("account", "only", "told"),
    [
        ("A2", None, r"no customer now \(core.accounts: churned\)"),
        ("A99", None, "merged into another, name the one that is left"),
        ("A1", ["retention"], "leave --only out"),
    ],
)
def test_an_account_without_a_review_is_told_why(home, tmp_path, account, only, told):
    release = home.releases / "000001-20250630"
    release.mkdir()
    with duckdb.connect(str(release / "bowtie.duckdb")) as marts:
        marts.execute("create schema core")
        marts.execute(
            "create table core.accounts as select * from (values"
            " ('A1', true, 'growth'), ('A2', false, 'churned'))"
            " as held(account_id, is_customer, lifecycle_stage)"
        )
    home.current.symlink_to("releases/000001-20250630")
    with pytest.raises(BowtieError, match=told):
        report_published(home, tmp_path / "out", only, account, pdf=False)


def test_reports_of_nothing_say_what_to_do(home: Home):
    with pytest.raises(BowtieError, match=r"nothing is published in .*: bowtie run"):
        report_published(home, home.root / "reports")


@pytest.mark.parametrize("subject", ["../../etc/x", "/abs", "a b", "x" * 200, "", "é"])
def test_an_id_is_never_a_path(subject):
    assert re.fullmatch(r"id-[0-9a-f]{16}", file_name(subject))


def test_a_harmless_id_is_its_own_file_name():
    assert file_name("CSM-01") == "CSM-01" and plain(None) == ""
