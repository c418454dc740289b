"""Reports as a reader's browser shows them: Chromium, wide, narrow, dark and on paper.

Beside the sample's pages: those of a warehouse without any row, of one with a row in
each mart, and of one with hostile names, missing and negative values, and many rows.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import ReportPage
from playwright.sync_api import Browser, Page, sync_playwright
from test_reports import expect_page

from bowtie.paths import published_schemas
from bowtie.reporting import render_reports
from bowtie.reporting.pages import NOTEBOOKS, REPORTS

WIDE, NARROW, A4 = 1280, 390, 794
HOSTILE = [
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "</script><script>window.pwned=1</script>",
    "[click](javascript:window.pwned=1)",
    "</td></table></main><h1>gone",
    "<style>@import 'http://example.com/x.css'; * {display: none}</style>",
    "{{ 7*7 }}{% raw %}",
    "'; drop table accounts; --",
    '=HYPERLINK("http://example.com")',
    "../../etc/passwd",
    "\u202egnp.exe\u202c \u200b zero \x1b[31mred\x07",
    "NULL",
    "$x^2$ and $(reboot) and `reboot`",
    "two\nlines\r\nand\ta third",
    "🦊 e\u0301 " + "long name " * 40,
    "unbroken" * 50,
]
ENDLESS = "endless" * 30_000
# What a person or another system wrote; the marts' own codes stay.
WRITTEN = re.compile(
    r".*_name|reason|.*_reason|drivers_.*|what_changed|why_moved|open_triggers|message|title|"
    r"objective|definition|source_system|slice_value|main_cause|cause|subject"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        said = "there is no Chromium to look with: make browser"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(said)
    with sync_playwright() as playwright:
        # The pages are our own and local; as root Chromium has no sandbox.
        started = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def edge_pages(
    sample_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Path]]:
    """Return the pages of each warehouse at an edge, by what is at its edge."""
    folder = tmp_path_factory.mktemp("edges")
    return {
        edge: render_reports(
            altered(sample_warehouse, folder / f"{edge}.duckdb", edge),
            folder / edge,
            generation=edge,
            most=1,
        )
        for edge in ("empty", "one", "hostile")
    }


def altered(sample: Path, target: Path, edge: str) -> Path:
    """Copy the marts that reports read, and change their rows."""
    asked = "\n".join(path.read_text("utf-8") for path in NOTEBOOKS.glob("*.py"))
    asked += "\n".join(report.subjects or "" for report in REPORTS)
    schemas = "|".join(published_schemas())
    marts = sorted(set(re.findall(rf"\bfrom\s+((?:{schemas})\.\w+)", asked)))
    with duckdb.connect(str(target)) as edges:
        edges.execute(f"attach '{sample}' as sample (read_only)")
        for mart in [*marts, "quality.policies"]:
            edges.execute(f"create schema if not exists {mart.partition('.')[0]}")
            rows = f"select * from sample.{mart}"
            if edge == "one" and mart != "quality.policies":
                rows += " order by all limit 1"
            edges.execute(f"create table if not exists {mart} as {rows}")
        for mart in set(marts) - {"quality.policies"}:
            if edge == "empty":
                edges.execute(f"delete from {mart}")
            elif edge == "hostile":
                make_hostile(edges, mart)
    return target


def make_hostile(edges: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Put hostile texts, missing and negative values into a mart; many rows too."""
    columns = edges.execute(
        "select column_name, data_type from duckdb_columns() where database_name ="
        " current_database() and schema_name || '.' || table_name = ?",
        [mart],
    ).fetchall()
    if mart in ("health.account_health", "revenue.retention_accounts"):
        edges.execute(f"insert into {mart} select * from {mart}")
    for name, kind in columns:
        if kind == "VARCHAR" and WRITTEN.fullmatch(name):
            edges.execute(
                f"update {mart} set {name} = $1[1 + rowid % len($1)]", [HOSTILE]
            )
            edges.execute(f"update {mart} set {name} = ? where rowid = 0", [ENDLESS])
        elif kind.startswith("DECIMAL"):
            edges.execute(f"update {mart} set {name} = -{name} where rowid % 3 = 1")
            edges.execute(f"update {mart} set {name} = null where rowid % 7 = 5")


def test_every_value_at_the_edges_is_what_its_query_answers(edge_pages):
    for edge, paths in edge_pages.items():
        database = paths[0].parent.parent / f"{edge}.duckdb"
        with duckdb.connect(str(database), read_only=True) as marts:
            for path in paths:
                expect_page(ReportPage(path), marts)


def test_pages_of_the_sample_are_as_they_should_be(browser, sample_reports):
    # Of a report about many, one: all have one layout.
    one_of_each = {
        path if path.parent.name == "reports" else path.parent: path
        for path in sample_reports
    }
    assert len(one_of_each) > 10
    for path in one_of_each.values():
        look_at(browser, path, dark=True)


@pytest.mark.parametrize("edge", ["empty", "one", "hostile"])
def test_pages_at_the_edges_are_as_they_should_be(browser, edge_pages, edge):
    for path in edge_pages[edge]:
        look_at(browser, path)


def look_at(browser: Browser, path: Path, dark: bool = False) -> None:
    """Fail if a page is not still, self-contained, within its width, or accessible."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("dialog", lambda dialog: troubles.append("a dialog opened"))
    page.on("request", lambda request: troubles.append(f"request: {request.url}"))
    page.goto(path.as_uri())
    # The page itself is the one thing that is asked for.
    assert troubles.pop(0) == f"request: {path.as_uri()}"
    expect_accessible(page, path.name)
    if dark:
        page.emulate_media(color_scheme="dark")
        expect_accessible(page, f"{path.name} in the dark")
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        expect_within(page, width)
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": A4, "height": 1123})
    expect_within(page, A4)
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.lang") == "en"
    assert not troubles, f"{path.name}: {troubles}"
    context.close()


def expect_within(page: Page, width: int) -> None:
    """Fail if anything that is seen sticks out of the page, boxes that scroll apart."""
    sticking = page.evaluate(
        """width => [...document.querySelectorAll("body *")]
            .filter(node => !node.closest(".scroll, pre, svg"))
            .filter(node => node.getBoundingClientRect().right > width + 1)
            .map(node => node.outerHTML.slice(0, 120))""",
        width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not sticking, sticking


def expect_accessible(page: Page, where: str) -> None:
    """Fail on any violation that axe finds: contrast, alternatives, names, order."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


def test_a_table_sorts_by_the_heading_that_is_pressed(browser, sample_reports):
    (path,) = [path for path in sample_reports if path.stem == "retention"]
    page = browser.new_page()
    page.goto(path.as_uri())
    table = page.locator("section", has_text="By industry").last.locator("table").first
    heading = table.get_by_role("button", name="Net retention")
    for direction in ("ascending", "descending"):
        heading.click()
        column = table.locator("tbody data[data-column=nrr]")
        rates = [
            float(value)
            for value in column.evaluate_all("all => all.map(v => v.value)")
        ]
        assert rates == sorted(rates, reverse=direction == "descending")
        pressed = table.locator(f"th[aria-sort={direction}]")
        assert pressed.inner_text().startswith("Net retention")
    page.close()


def test_a_chart_is_shown_once_and_described(browser, sample_reports):
    page = browser.new_page(viewport={"width": NARROW, "height": 900})
    for path in sample_reports:
        page.goto(path.as_uri())
        for chart in page.locator(".chart").all():
            assert chart.get_attribute("aria-label")
            assert chart.locator("svg:visible").count() == 1
    page.close()
