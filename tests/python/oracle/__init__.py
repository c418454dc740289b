"""Revenue, health and capacity worked out a second time, in plain Python.

Nothing here reads SQL, and no SQL reads this: the two agree because both follow
`definitions.md` and DECISIONS.md, or they do not agree and a test says where.
`ledger` lists, under Readings, what those pages leave open and how it was read.
"""

from oracle.comparison import compare, from_mart
from oracle.ledger import Ledger, build
from oracle.policies import Policies
from oracle.raw import Refused, Row, Tables

__all__ = [
    "Ledger",
    "Policies",
    "Refused",
    "Row",
    "Tables",
    "build",
    "compare",
    "from_mart",
]
