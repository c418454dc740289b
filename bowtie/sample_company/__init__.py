"""The sample company: raw rows from which the seed documents' figures follow.

`plan.py` says what a planned account is and holds the strength knobs; `books/` plans
the accounts of each book; `systems/` lets each source system write what it would have
seen of them. Nothing here states an answer: no band, no movement, no rate.
"""

from bowtie.sample_company.company import write_sample

__all__ = ["write_sample"]
