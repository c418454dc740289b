"""Names and texts as SQL writes them, for statements that cannot take parameters."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return a text, or a path, as a SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def literals(texts: Iterable[object]) -> str:
    """Return texts as SQL literals, separated by commas."""
    return ", ".join(map(literal, texts))
