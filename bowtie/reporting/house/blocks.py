"""What a page is put together from: the answer, tiles, figures, tables, remarks.

Each is shown where the notebook calls it. Figures and tables carry their trace: what
each column means, the policies and the day that hold, the mart and the query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from IPython.display import HTML, display
from markupsafe import Markup
from matplotlib.figure import Figure

from bowtie.reporting.house import formats
from bowtie.reporting.house.html import element, joined, readable, traced
from bowtie.reporting.house.svg import as_svg
from bowtie.reporting.house.warehouse import (
    Answer,
    ReportError,
    Value,
    as_of,
    definitions,
    page,
    policies,
)

# A longer table is cut, and says so: a page is read, a mart is queried.
LONGEST_TABLE = 50

Labels = Mapping[str, str]
Kinds = Mapping[str, str]


@dataclass(frozen=True)
class Tile:
    """A headline number: what it is, the value, and a line below it."""

    label: str
    value: Value
    note: Markup | str = ""
    tone: str | None = None


def sentence(template: str, *values: Value | Markup | str) -> Markup:
    """Return a sentence with values put in; all that is not Markup is escaped."""
    return Markup(template).format(*values)


def answer(template: str, *values: Value | Markup | str) -> None:
    """Show the answer to the page's question, in one sentence computed from data."""
    _show(element("p", sentence(template, *values), class_="answer"))


def remark(template: str, *values: Value | Markup | str) -> None:
    """Show what a chart says, computed from the same answer."""
    _show(element("p", sentence(template, *values), class_="remark"))


def note(text: str) -> None:
    """Show a caution that a reader should not miss."""
    _show(element("p", text, class_="note"))


def tiles(
    shown: Sequence[Tile], *answers: Answer, policies: Sequence[str] = ()
) -> None:
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
    trace = _trace(answers, {tile.value.column: tile.label for tile in shown}, policies)
    _show(
        element("section", element("div", joined(cards), class_="cards") + trace,
                class_="tiles")
    )  # fmt: skip


def table(
    shown: Answer,
    labels: Labels,
    *,
    caption: str,
    policies: Sequence[str] = (),
    kinds: Kinds | None = None,
    longest: int = LONGEST_TABLE,
    empty: str = "Nothing to list.",
) -> None:
    """Show an answer as a table that sorts by its headings.

    `labels` names the columns and their order; `kinds` says how a column is written,
    where its type does not. `empty` stands in place of a table without rows.
    """
    heading = element("h3", caption)
    trace = _trace([shown], labels, policies)
    if not len(shown):
        body = element("p", empty, class_="empty")
    else:
        body = _scrolled(_table(shown.first(longest), labels, kinds or {}), caption)
        if len(shown) > longest:
            body += element(
                "p",
                f"The first {longest:,} of {len(shown):,} rows; the query has all.",
                class_="cut",
            )
    _show(element("section", heading + body + trace, class_="block"))


def figure(
    draw: Callable[[bool], Figure],
    *answers: Answer,
    caption: str,
    alt: str,
    labels: Labels,
    policies: Sequence[str] = (),
    kinds: Kinds | None = None,
    empty: str = "Nothing to draw yet.",
) -> None:
    """Show a chart, drawn for a wide page and for a narrow one, with its numbers below.

    `draw` is one of the charts of this package: it returns the drawing, and is asked
    with True for the narrow one. `alt` describes it for those who do not see it.
    """
    heading = element("h3", caption)
    trace = _trace(answers, labels, policies, kinds or {}, with_numbers=True)
    if not any(len(found) for found in answers):
        body = element("p", empty, class_="empty")
    else:
        name = page().next_block()
        drawings = as_svg(draw(False), name, "wide") + as_svg(
            draw(True), name, "narrow"
        )
        body = element("div", drawings, class_="chart", role="img", aria_label=alt)
    _show(element("section", heading + body + trace, class_="block"))


def links(targets: Sequence[tuple[str, str, Markup | str]]) -> None:
    """Show links to other pages of this release: (file, title, a line on each)."""
    items = [
        element("li", element("a", title, href=file) + element("p", line))
        for file, title, line in targets
    ]
    _show(element("ul", joined(items), class_="links"))


# --- Parts ----------------------------------------------------------------------------


def _show(markup: Markup) -> None:
    display(HTML(str(markup)))


def _scrolled(content: Markup, name: str) -> Markup:
    """Return something wide in a box that scrolls, reachable by keyboard."""
    return element(
        "div", content, class_="scroll", tabindex="0", role="region", aria_label=name
    )


def _table(shown: Answer, labels: Labels, kinds: Kinds) -> Markup:
    kind = {
        column: kinds.get(column) or shown.value(column, 0).kind for column in labels
    }
    meaning = definitions(page().database, shown.mart)
    head = joined(
        [
            element(
                "th",
                element("button", label, type="button", title=meaning.get(column)),
                scope="col",
                class_=_alignment(kind[column]),
            )
            for column, label in labels.items()
        ]
    )
    rows = [
        element(
            "tr",
            joined(
                [
                    _cell(getattr(row, column).shown_as(kind[column]), position == 0)
                    for position, column in enumerate(labels)
                ]
            ),
        )
        for row in shown
    ]
    return element(
        "table",
        element("thead", element("tr", head)) + element("tbody", joined(rows)),
        class_="sortable",
    )


def _cell(value: Value, is_first: bool) -> Markup:
    tag = "th" if is_first else "td"
    shown = Markup("<data {}>{}</data>").format(
        traced(value), readable(value.written())
    )
    tone = f" tone-{value.raw}" if value.column in _TONED else ""
    return element(
        tag, shown, class_=_alignment(value.kind) + tone,
        scope="row" if is_first else None,
    )  # fmt: skip


# Columns whose values have a colour of their own, next to the word.
_TONED = {"band", "raw_band", "previous_band", "health_band", "from_band", "to_band"}


def _alignment(kind: str) -> str:
    return "number" if formats.is_numeric(kind) else "word"


def _trace(
    answers: Sequence[Answer],
    labels: Labels,
    policy_names: Sequence[str],
    kinds: Kinds | None = None,
    with_numbers: bool = False,
) -> Markup:
    """Return what a reader needs to check a number, folded away.

    Raises ReportError for a policy that is not among the switches in force, or a column
    that its mart does not describe.
    """
    in_force = policies(page().database)
    unknown = sorted(set(policy_names) - set(in_force))
    if unknown:
        raise ReportError(f"there is no policy {', '.join(unknown)}")
    holds = [f"as of {formats.written(as_of(page().database), 'date')}"]
    holds += [
        f"{name.replace('_', ' ')}: {in_force[name].replace('_', ' ')}"
        for name in policy_names
    ]
    parts = [element("p", "; ".join(holds) + ".", class_="holds")]
    for found in answers:
        if with_numbers and len(found):
            shown = {name: labels[name] for name in labels if name in found.columns}
            parts.append(_scrolled(_table(found, shown, kinds or {}), "The numbers"))
        parts.append(_source(found, labels))
    return element(
        "details",
        element("summary", "Definition, policy and source") + joined(parts),
        class_="trace",
    )


def _source(found: Answer, labels: Labels) -> Markup:
    """Return what the columns mean, the mart, and the query."""
    meaning = definitions(page().database, found.mart)
    terms = [
        element("dt", label) + element("dd", meaning[column])
        for column, label in labels.items()
        if column in found.columns and meaning.get(column)
    ]
    number = page().number_of(found.shown_sql)
    return (
        element("dl", joined(terms))
        + element(
            "p",
            Markup("From the mart <code>{}</code>. {}").format(
                found.mart, meaning.get("", "")
            ),
        )
        + element(
            "pre",
            element("code", found.shown_sql, class_="query", data_query=str(number)),
            tabindex="0",
        )
    )
