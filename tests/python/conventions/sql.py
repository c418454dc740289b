"""What a rule sees of a model's SQL: no comments, no Jinja, or only the literals."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def without_comments(text: str) -> str:
    """Return the text without SQL and Jinja comments."""
    return _COMMENT.sub(" ", text)


def sql_only(text: str) -> str:
    """Return the SQL of a model's file: no comments, no Jinja, no text literals."""
    return _LITERAL.sub("''", _JINJA.sub(" ", without_comments(text)))


def literals(text: str) -> list[str]:
    """Return the text literals of a model's file, those inside Jinja included."""
    return [found[1:-1] for found in _LITERAL.findall(without_comments(text))]


def in_parentheses(text: str, start: int) -> str:
    """Return what stands between the parenthesis at `start` and the one it opens."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[start + 1 : place]
    return text[start + 1 :]


def last_selected_columns(text: str) -> list[str]:
    """Return the columns that the CTE `final` selects, where they are written out."""
    found = re.search(
        r"final as \(\s*select\b(.*?)\n    from\b", without_comments(text), re.DOTALL
    )
    if not found:
        return []
    columns, depth, item = [], 0, ""
    for character in _JINJA.sub("jinja", found.group(1)) + ",":
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            columns.append(re.split(r"[\s.]+", item.strip())[-1])
            item = ""
        else:
            item += character
    return [column for column in columns if re.fullmatch(r"[a-z_0-9]+", column)]
