"""What a user may have done wrong, or a machine run out of: said, not traced."""

from __future__ import annotations

from collections.abc import Iterable


class BowtieError(Exception):
    """The command cannot go on; `problems` says why and what to do, a line each.

    Nobody needs a traceback for it, and no line holds a data value.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))
