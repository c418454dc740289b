"""Pieces of HTML. Whatever comes from the data is escaped here, at the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from bowtie.reporting.house import formats

if TYPE_CHECKING:
    from bowtie.reporting.house.warehouse import Value

# Longer texts are cut: a name of 200,000 characters is no name, and breaks any table.
LONGEST_TEXT = 160
# Controls, and marks that turn the direction of what follows, cannot be seen.
_INVISIBLE = {
    **dict.fromkeys((*range(0, 9), 11, 12, *range(14, 32))),
    **dict.fromkeys((*range(127, 160), 8203, 8206, 8207, 65279)),
    **dict.fromkeys((*range(8234, 8239), *range(8294, 8298))),
}
# No drawing has another in it.
_DRAWING = re.compile(
    r'<svg [^>]*data-shown="(?P<shown>[0-9a-f]{64})"[^>]*>.*?</svg>', re.DOTALL
)


def readable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text without what cannot be seen, on one line, and not endless."""
    line = " ".join(text[: 4 * longest].translate(_INVISIBLE).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def value_html(value: Value) -> Markup:
    """Return a value within a sentence, with what it was read from."""
    shown = escape(readable(value.written(short=True)))
    return Markup(f'<data class="value" {traced(value)}>{shown}</data>')


def traced(value: Value) -> Markup:
    """Return the attributes that say which query, row and column a value is."""
    # The text itself stands in the element; a machine needs the number or the date.
    held = "" if isinstance(value.raw, str) else formats.plain(value.raw)
    return Markup(
        f'value="{escape(held)}" data-query="{value.query}" data-row="{value.row}" '
        f'data-column="{escape(value.column)}" data-kind="{escape(value.kind)}"'
    )


def element(name: str, content: str, **attributes: str | None) -> Markup:
    """Return an element; content that is not Markup is escaped.

    An attribute's underscores become hyphens, `class_` is class; None leaves it out.
    """
    # Not Markup.format, which costs more than the rest of a table.
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{escape(content)}</{name}>")


# Between these marks stands what the edition for customers leaves out, or alone has.
# Nothing from the data can look like one: it is escaped.
INTERNAL = ("<!--internal-->", "<!--/internal-->")
CUSTOMER = ("<!--customer:", ":customer-->")


def internal(content: Markup | str) -> Markup:
    """Return what the edition for customers leaves out."""
    return Markup(INTERNAL[0]) + content + Markup(INTERNAL[1])


def for_customers(content: Markup | str) -> Markup:
    """Return what stands in the edition for customers alone."""
    return Markup(CUSTOMER[0]) + content + Markup(CUSTOMER[1])


def edition(page: str, for_customer: bool) -> str:
    """Return a page as customers may see it, or as we do."""
    left_out, kept = (INTERNAL, CUSTOMER) if for_customer else (CUSTOMER, INTERNAL)
    begins, ends = map(re.escape, left_out)
    page = re.sub(f"{begins}.*?{ends}", "", page, flags=re.DOTALL)
    if for_customer:
        # What a mart says of a column, in our words.
        page = re.sub('(<button type="button") title="[^"]*"', r"\1", page)
    return page.replace(kept[0], "").replace(kept[1], "")


def drawings_of(page: str) -> dict[str, Markup]:
    """Return the drawings of a page as they stand, by the hash of what they show."""
    return {hit["shown"]: Markup(hit[0]) for hit in _DRAWING.finditer(page)}


def joined(parts: list[Markup]) -> Markup:
    """Return pieces one after the other."""
    return Markup("\n").join(parts)
