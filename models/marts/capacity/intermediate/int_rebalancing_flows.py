# One row per CSM (null: nobody), touch tier and CSM who takes over: how many accounts
# of that tier should change hands. Python, since no SQL finds the least number of moves;
# what it decides and in which order is in bowtie/rebalancing.py.
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
    books = dbt.ref("int_rebalancing_books").fetchall()
    seats = dbt.ref("int_rebalancing_seats").fetchall()
    flows = fewest_moves([Book(*row) for row in books], [Seat(*row) for row in seats])
    rows = [
        dict(zip(COLUMNS.names, (f.from_csm_id, f.touch_tier, f.to_csm_id, f.accounts)))
        for f in flows
    ]
    return pyarrow.Table.from_pylist(rows, schema=COLUMNS)
