# One row per CSM (null: nobody), touch tier and CSM who takes over: how many accounts
# of that tier should change hands. Python, since no SQL finds the least number of
# moves; what it decides, and in which order, is in bowtie/rebalancing.py.
"""The optimiser's answer as a dbt model."""

import pyarrow

from bowtie.rebalancing import Book, Seat, fewest_moves

COLUMNS = pyarrow.schema(
    [
        ("from_csm_id", pyarrow.string()),
        ("touch_tier", pyarrow.string()),
        ("to_csm_id", pyarrow.string()),
        ("accounts", pyarrow.int64()),
    ]
)


def model(dbt, session):
    """Return the flows; the inputs' columns are the fields of their classes."""
    books = dbt.ref("int_rebalancing_books").fetchall()
    seats = dbt.ref("int_rebalancing_seats").fetchall()
    flows = fewest_moves([Book(*row) for row in books], [Seat(*row) for row in seats])
    return pyarrow.Table.from_pylist([vars(flow) for flow in flows], schema=COLUMNS)
