"""What a report is written with: ask the marts, say the answer, draw it, show it.

    standing = ask("select nrr, grr from revenue.retention where ...")
    answer("Of each dollar of a year ago, {} is still here.", standing.row().nrr)
    table(standing, {"nrr": "Net", "grr": "Gross"}, caption="Retention")

Whatever comes from the data reaches the page through `Value`, escaped, with the query,
row and column that it was read from, so that any number in a page can be asked again.
"""

from bowtie.reporting.house.blocks import (
    Tile,
    answer,
    figure,
    finish,
    links,
    note,
    remark,
    sentence,
    table,
    tiles,
    title,
)
from bowtie.reporting.house.charts import (
    bars,
    heat_map,
    intervals,
    lines,
    stacked_bars,
    waterfall,
)
from bowtie.reporting.house.warehouse import (
    Answer,
    Row,
    Value,
    ask,
    ask_previous,
    start,
    subject,
)
from bowtie.reporting.house.words import against_target, capital, counted, moved, tone

__all__ = [
    "Answer",
    "Row",
    "Tile",
    "Value",
    "against_target",
    "answer",
    "ask",
    "ask_previous",
    "bars",
    "capital",
    "counted",
    "figure",
    "finish",
    "heat_map",
    "intervals",
    "lines",
    "links",
    "moved",
    "note",
    "remark",
    "sentence",
    "stacked_bars",
    "start",
    "subject",
    "table",
    "tiles",
    "title",
    "tone",
    "waterfall",
]
