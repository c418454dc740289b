"""What a page is put together from: the answer, tiles, figures, tables, remarks.

Each is shown where the notebook calls it. Figures and tables carry their trace: what
each column means, the policies and the day that hold, the mart and the query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from IPython.display import HTML, display
from markupsafe import Markup, escape

from bowtie.hashing import sha256_of_code
from bowtie.reporting.house import formats
from bowtie.reporting.house.charts import Chart
from bowtie.reporting.house.html import (
    element,
    for_customers,
    internal,
    joined,
    readable,
    traced,
)
from bowtie.reporting.house.svg import as_svg
from bowtie.reporting.house.vocabulary import label_of, policies_of
from bowtie.reporting.house.warehouse import (
    Answer,
    Value,
    day_of,
    definitions,
    page,
    policies,
)

# A longer table is cut, and says so: a page is read, a mart is queried.
LONGEST_TABLE = 50


@dataclass(frozen=True)
class Tile:
    """A headline number: what it is, the value, and a line below it."""

    label: Markup | str
    value: Value
    note: Markup | str = ""
    tone: str | None = None


def sentence(template: str, *values: Value | Markup | str) -> Markup:
    """Return a sentence with values put in; all that is not Markup is escaped."""
    return Markup(template).format(*values)


def title(name: Value, template: str, *values: Value | Markup | str) -> None:
    """Show the heading of a page that is named after its subject, and its question."""
    _show(
        element("h1", sentence("{}", name)) + element("p", sentence(template, *values))
    )


def answer(template: str, *values: Value | Markup | str) -> None:
    """Show the answer to the page's question, in one sentence computed from data."""
    _show(element("p", sentence(template, *values), class_="answer"))


def remark(template: str, *values: Value | Markup | str) -> None:
    """Show what a chart says, computed from the same answer."""
    _show(element("p", sentence(template, *values), class_="remark"))


def note(template: str, *values: Value | Markup | str) -> None:
    """Show a caution that a reader should not miss."""
    _show(element("p", sentence(template, *values), class_="note"))


def tiles(shown: Sequence[Tile], *answers: Answer) -> None:
    """Show headline numbers side by side, with the queries they come from."""
    cards = [
        element(
            "div",
            element("p", tile.label, class_="label")
            + element("p", Markup("{}").format(tile.value), class_="headline")
            + element("p", tile.note, class_="below"),
            class_=f"tile {tile.tone}" if tile.tone else "tile",
        )
        for tile in shown
    ]
    body = element("div", joined(cards), class_="cards")
    if answers:
        body += _trace(answers)
    _show(element("section", body, class_="tiles"))


def table(
    shown: Answer,
    *,
    caption: str,
    longest: int = LONGEST_TABLE,
    empty: str = "Nothing to list.",
) -> None:
    """Show an answer as a table that sorts by its headings.

    The query decides the columns and their order, `house.vocabulary` what they are
    called. `empty` stands in place of a table without rows.
    """
    heading = element("h3", caption)
    if not len(shown):
        body = element("p", empty, class_="empty")
    else:
        body = _scrolled(_table(shown.first(longest)), caption)
        if len(shown) > longest:
            cut = sentence("The first of {} rows; the query has all.", shown.count)
            body += element("p", cut, class_="cut")
    _show(element("section", heading + body + _trace([shown]), class_="block"))


def figure(
    chart: Chart,
    *answers: Answer,
    caption: str,
    alt: str,
    empty: str = "Nothing to draw yet.",
) -> None:
    """Show a chart, drawn for a wide page and for a narrow one, with its numbers below.

    `alt` describes it for those who do not see it.
    """
    heading = element("h3", caption)
    if not any(len(found) for found in answers):
        body = element("p", empty, class_="empty")
    else:
        name = page().next_block()
        drawings = joined([_drawing(chart, name, narrow) for narrow in (False, True)])
        body = element("div", drawings, class_="chart", role="img", aria_label=alt)
    trace = _trace(answers, with_numbers=True)
    _show(element("section", heading + body + trace, class_="block"))


def finish() -> None:
    """End a page with the queries of sentences that no chart or table has shown."""
    if untraced := page().untraced():
        _show(element("section", _trace(untraced, "Sources of the text above")))


def links(report: str | None = None) -> None:
    """Show links to the other pages of this release.

    Without a report, to all that are about everybody, each with its question; else to
    the pages of a report that is about one account or CSM each, by name.
    """
    wanted = [
        linked
        for linked in page().pages
        if (linked["report"] == report if report else linked["name"] is None)
    ]
    linked_as = _named_link if report else _link
    items = joined([element("li", linked_as(linked)) for linked in wanted])
    _show(element("ul", items, class_="links named" if report else "links"))


def _link(linked: Mapping[str, str | None]) -> Markup:
    target = element("a", linked["title"] or "", href=linked["file"])
    return target + element("p", linked["question"] or "")


def _named_link(linked: Mapping[str, str | None]) -> Markup:
    name = readable(linked["name"] or "", longest=60)
    target = element("a", name, href=linked["file"])
    if linked["customer_file"] is not None:
        edition = element("a", "for the customer", href=linked["customer_file"])
        target += element("p", edition)
    return target


# --- Parts ----------------------------------------------------------------------------


def _show(markup: Markup) -> None:
    display(HTML(str(markup)))


def _scrolled(content: Markup, name: str) -> Markup:
    """Return something wide in a box that scrolls, reachable by keyboard."""
    return element(
        "div", content, class_="scroll", tabindex="0", role="region", aria_label=name
    )


def _table(shown: Answer) -> Markup:
    meaning = definitions(page().database, shown.mart)
    heads = [
        element(
            "th",
            element(
                "button",
                label_of(column, shown.mart),
                type="button",
                title=meaning.get(column),
            ),
            scope="col",
            class_=_alignment(shown.kind(column)),
        )
        for column in shown.columns
    ]
    rows = [
        joined(
            [
                _cell(getattr(row, column), is_first=column == shown.columns[0])
                for column in shown.columns
            ]
        )
        for row in shown
    ]
    return element(
        "table",
        element("thead", element("tr", joined(heads)))
        + element("tbody", joined([element("tr", row) for row in rows])),
        class_="sortable",
    )


def _cell(value: Value, is_first: bool) -> Markup:
    shown = Markup(f"<data {traced(value)}>{escape(readable(value.written()))}</data>")
    is_band = value.column.endswith(("band", "band_4_weeks_ago"))
    tone = f" tone-{value.raw}" if is_band else ""
    return element(
        "th" if is_first else "td",
        shown,
        class_=_alignment(value.kind) + tone,
        scope="row" if is_first else None,
    )


def _drawing(chart: Chart, name: str, narrow: bool) -> Markup:
    """Return a chart as drawn, or as the page of the generation before has it.

    To draw is most of what a page costs, and most charts show what they showed a day
    before.
    """
    css_class = "narrow" if narrow else "wide"
    depends_on = repr((_drawn_by(), chart.shows, name, css_class))
    shown = hashlib.sha256(depends_on.encode()).hexdigest()
    earlier = page().drawings.get(shown)
    if earlier is not None:
        return earlier
    return as_svg(chart.draw(narrow), name, css_class, shown)


@cache
def _drawn_by() -> tuple[str, ...]:
    """Return what decides how a chart looks, besides what it shows."""
    libraries = [version(name) for name in ("matplotlib", "numpy")]
    return (sha256_of_code(["bowtie/reporting/house"]), *libraries)


def _alignment(kind: str) -> str:
    if formats.is_numeric(kind):
        return "number"
    return "word prose" if kind == "prose" else "word"


def _trace(
    answers: Sequence[Answer],
    title: str = "Definition, policy and source",
    with_numbers: bool = False,
) -> Markup:
    """Return what a reader needs to check a number, folded away."""
    in_force = policies(page().database)
    deciding = dict.fromkeys(
        name for found in answers for name in policies_of(found.mart)
    )
    holds = [f"As of {formats.written(day_of(in_force), 'date')}"]
    holds += [
        f"{name.replace('_', ' ')}: {in_force[name].replace('_', ' ')}"
        for name in deciding
    ]
    has_numbers = with_numbers and any(len(found) for found in answers)
    # A customer gets a chart's numbers: not what our words mean, and how we ask.
    ours = internal if has_numbers else Markup
    parts = [ours(element("p", "; ".join(holds) + ".", class_="holds"))]
    for found in answers:
        if with_numbers and len(found):
            parts.append(_scrolled(_table(found), "The numbers"))
        parts.append(ours(_source(found)))
    summary = ours(title) + (for_customers("The numbers") if has_numbers else "")
    folded = element(
        "details", element("summary", summary) + joined(parts), class_="trace"
    )
    return folded if has_numbers else internal(folded)


def _source(found: Answer) -> Markup:
    """Return what the columns mean, the mart, and the query."""
    meaning = definitions(page().database, found.mart)
    terms = [
        element("dt", label_of(column, found.mart)) + element("dd", meaning[column])
        for column in found.columns
        if meaning.get(column)
    ]
    page().traced.add(found.number)
    said = Markup("From the mart <code>{}</code>. {}").format(
        found.mart, meaning.get("", "")
    )
    query = element(
        "code",
        found.shown_sql,
        class_="query",
        data_query=str(found.number),
        data_warehouse="previous" if found.database == page().previous else "this",
    )
    return (
        element("dl", joined(terms))
        + element("p", said)
        + element("pre", query, tabindex="0")
    )
