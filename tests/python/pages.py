"""Reads a report's page: what it shows, and the queries that it says it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bs4 import BeautifulSoup, Tag

_FOR_CUSTOMERS = "_customer"
_SCALES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}
_NUMBER = re.compile(
    "([+\N{MINUS SIGN}]?)" r"\D{0,4}([\d,]+(?:\.\d+)?)([KMB]?)(%|\s?pts)?"
)


@dataclass(frozen=True)
class Shown:
    """A value in a page, with where the page says it is from."""

    text: str
    held: str
    kind: str
    query: int
    row: int
    column: str


@dataclass(frozen=True)
class Query:
    """A query that a page shows; `of_previous` asks the generation before."""

    sql: str
    of_previous: bool


class ReportPage:
    """A rendered page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.html = BeautifulSoup(path.read_text("utf-8"), "html.parser")

    @property
    def is_for_customers(self) -> bool:
        """Whether it is the edition that a customer may see."""
        return self.path.parent.name.endswith(_FOR_CUSTOMERS)

    def queries(self) -> dict[int, Query]:
        """Return the queries by the number that values name.

        Those of an edition for customers, which shows none, are our edition's.
        """
        if self.is_for_customers:
            ours = self.path.parent.name.removesuffix(_FOR_CUSTOMERS)
            return ReportPage(self.path.parent.parent / ours / self.path.name).queries()
        return {
            int(code["data-query"]): Query(
                code.text, code["data-warehouse"] == "previous"
            )
            for code in self.html.select("code.query")
        }

    def values(self) -> Iterator[Shown]:
        """Yield every value in sentences, tiles, tables and drawings."""
        for element in self.html.select("[data-column]"):
            yield Shown(
                text=element.get_text().strip(),
                held=element.get("value", element.get("data-value")),
                kind=element["data-kind"],
                query=int(element["data-query"]),
                row=int(element["data-row"]),
                column=element["data-column"],
            )

    def text_around_values(self, selector: str) -> str:
        """Return the text of elements without the values in them."""
        found = BeautifulSoup(
            "".join(str(element) for element in self.html.select(selector)),
            "html.parser",
        )
        for element in found.select("[data-column]"):
            element.decompose()
        return found.get_text(" ")

    def one(self, selector: str) -> Tag:
        """Return the one element that a selector finds."""
        (element,) = self.html.select(selector)
        return element


def read_number(text: str) -> tuple[Decimal, Decimal]:
    """Return a written number, and half of the last place that it shows.

    `$2.04M` is 2,040,000 and 5,000; `99.1%` is 0.991 and 0.0005.
    """
    found = _NUMBER.fullmatch(text)
    assert found, f"{text!r} is no number"
    sign, digits, letter, unit = found.groups()
    scale = Decimal(_SCALES[letter]) / (100 if unit else 1)
    places = len(digits.partition(".")[2])
    size = Decimal(digits.replace(",", "")) * scale
    return (-size if sign == "\N{MINUS SIGN}" else size), Decimal(1).scaleb(
        -places
    ) * scale / 2
