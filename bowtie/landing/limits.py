"""What one delivery may hold at most (far above any honest file), and when to doubt.

They stop a damaged or hostile file before it fills memory or disk.
"""

from __future__ import annotations

# A longer value is a broken quote or an attack; names and notes stay far below.
FIELD_CHARACTERS = 1_000_000
# One record's values. `raw_files` gives DuckDB twice as much as max_line_size, since
# a quote inside a value is written twice.
RECORD_BYTES = 2_000_000
COLUMNS = 500
FILE_BYTES = 50 * 1000**3
FILE_ROWS = 2_000_000_000
FILES_PER_TABLE = 100_000
# What a Parquet file says that it unpacks to.
UNPACKED_BYTES = 200 * 1000**3

# Rows set aside block a file when they are more than this share of its rows.
REFUSED_SHARE = 0.01
# Values that must disagree with their column before its header is thought wrong.
DISAGREEING_SHARE = 0.95
DISAGREEING_VALUES = 5
# Names differ, though people share some; labels repeat. Shares of different values,
# among this many at least.
OWN_SHARE = 0.5
LABEL_SHARE = 0.1
LABEL_VALUES = 50
# Ids of a table that must be found in the table they refer to.
JOIN_SHARE = 0.5
JOIN_IDS = 5
# Ids that leading zeros alone keep apart; one or two may be a coincidence.
LOST_ZERO_SHARE = 0.05
LOST_ZERO_IDS = 3

READ_BYTES = 1 << 20
CHUNK_ROWS = 4096
SAMPLE_ROWS = 8192
SHOWN_CHARACTERS = 60
