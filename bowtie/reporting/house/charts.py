"""The charts of the house. Each returns a function that draws it, wide or narrow.

Labels that show a value say which one, so that a test can ask the mart again. No text
is markup: a `$` in a name is a dollar sign.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bowtie.reporting.house import formats
from bowtie.reporting.house.html import readable
from bowtie.reporting.house.palette import BANDS, SERIES, light
from bowtie.reporting.house.svg import gid_of
from bowtie.reporting.house.warehouse import Answer, Value, currency

Draw = Callable[[bool], Figure]

# Inches at 72 to the inch, so that a point is a pixel of the page's text column.
_WIDE, _NARROW = 10.6, 4.9
_HEIGHT = 4.2
_LONGEST_LABEL = 26
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.parse_math": False,
    "axes.edgecolor": light("rule"),
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.labelcolor": light("muted"),
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": light("rule"),
    "grid.linewidth": 1,
    "xtick.color": light("muted"),
    "ytick.color": light("muted"),
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 7,
    "legend.frameon": False,
    "text.color": light("ink"),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 2.2,
}


def _drawn(narrow: bool, height: float, paint: Callable[[Axes, bool], None]) -> Figure:
    """Return a figure with one pair of axes, painted in the house style."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A name may hold letters that the measuring font lacks; the page's have them.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(_NARROW if narrow else _WIDE, height), dpi=72)
        axes = figure.subplots()
        paint(axes, narrow)
        figure.tight_layout(pad=0.4)
    return figure


def _label(axes: Axes, x: Any, y: Any, value: Value, **style: Any) -> None:
    """Write a value into the drawing, traceable."""
    drawn = axes.text(x, y, value.written(short=True), **style)
    drawn.set_gid(gid_of(value))


def _name(value: Value) -> str:
    """Return a name as it fits beside an axis."""
    return readable(value.written(), _LONGEST_LABEL)


def _number_axis(axis: Any, kind: str) -> None:
    """Write the ticks of an axis as the values beside it are written."""
    unit = currency()
    axis.set_major_formatter(
        lambda tick, _: formats.written(f"{tick:.9f}", _tick_kind(kind), unit, True)
    )


def _tick_kind(kind: str) -> str:
    return {"percent": "percent_whole", "points": "percent_whole"}.get(kind, kind)


def _spread(axes: Axes, values: Sequence[float], from_zero: bool) -> None:
    """Leave room above and below the values; a single level gets some too."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.14 * (high - low) or 0.1 * abs(high) or 1.0
    axes.set_ylim(low - (room if low < 0 or not from_zero else 0), high + room)


def lines(
    found: Answer,
    x: str,
    series: Mapping[str, str],
    *,
    kinds: Mapping[str, str] | None = None,
    target: tuple[str, Value] | None = None,
    height: float = _HEIGHT,
) -> Draw:
    """Return a chart of series over time; each is named at its last point.

    `series` maps a column to its name; `target` draws one dashed level.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        seen: list[float] = []
        ends: list[tuple[float, str, Value, str]] = []
        days = found.values(x)
        for colour, (column, name) in zip(SERIES, series.items(), strict=False):
            points = [
                (day, float(level))
                for day, level in zip(days, found.values(column), strict=True)
                if level is not None
            ]
            if not points:
                continue
            axes.plot(
                *zip(*points, strict=True), color=light(colour), solid_capstyle="round"
            )
            seen += [level for _, level in points]
            last = max(
                i for i, level in enumerate(found.values(column)) if level is not None
            )
            value = found.value(column, last)
            if kinds and column in kinds:
                value = value.shown_as(kinds[column])
            ends.append((points[-1][1], name, value, colour))
        if target is not None and target[1].raw is not None:
            level = float(target[1].raw)
            axes.axhline(level, color=light("muted"), linewidth=1.2, dashes=(4, 3))
            seen.append(level)
        _spread(axes, seen, from_zero=False)
        _name_ends(axes, ends, days[-1] if days else None, narrow)
        if ends:
            _number_axis(axes.yaxis, ends[0][2].kind)
        _time_axis(axes, days, narrow)

    return lambda narrow: _drawn(narrow, height, paint)


def _name_ends(
    axes: Axes, ends: list[tuple[float, str, Value, str]], last_day: Any, narrow: bool
) -> None:
    """Write name and value at the end of each line, apart from each other."""
    low, high = axes.get_ylim()
    gap = (high - low) * (0.088 if narrow else 0.078)
    floor = low
    for level, name, value, colour in sorted(ends, key=lambda end: end[0]):
        place = max(level, floor)
        floor = place + gap
        style = {
            "color": light(colour), "va": "center", "fontweight": "bold",
            "textcoords": "offset points", "annotation_clip": False,
        }  # fmt: skip
        axes.plot([last_day], [level], "o", markersize=5, color=light(colour))
        shown = axes.annotate(
            value.written(short=True), (last_day, place), (9, 0), **style
        )
        shown.set_gid(gid_of(value))
        axes.annotate(
            name, (last_day, place), (62, 0), **{**style, "fontweight": "normal"}
        )


def _time_axis(axes: Axes, days: Sequence[Any], narrow: bool) -> None:
    """Write a handful of months below a chart, the last one always."""
    if not days:
        return
    step = max(1, -(-len(days) // (4 if narrow else 9)))
    shown = list(days)[::-step]
    axes.set_xticks(shown, [f"{day:%b %Y}" for day in shown])
    axes.margins(x=0.01)


def bars(
    found: Answer,
    name: str,
    column: str,
    *,
    kind: str | None = None,
    colour: str = "series1",
    loss: str | None = "loss",
    target: str | None = None,
) -> Draw:
    """Return horizontal bars, one a row, each with its name and value.

    Bars below zero take the colour `loss`; `target` is a column drawn as a mark.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        values = [found.value(column, row) for row in range(len(found))]
        if kind:
            values = [value.shown_as(kind) for value in values]
        levels = [float(value.raw or 0) for value in values]
        places = list(range(len(values)))
        colours = [light(loss if level < 0 and loss else colour) for level in levels]
        axes.barh(places, levels, color=colours, height=0.62)
        for place, level, value in zip(places, levels, values, strict=True):
            _label(
                axes, level, place, value, va="center", fontweight="bold",
                ha="right" if level < 0 else "left",
            )  # fmt: skip
        if target:
            marks = [
                (i, t) for i, t in enumerate(found.values(target)) if t is not None
            ]
            for place, mark in marks:
                axes.plot([mark, mark], [place - 0.42, place + 0.42],
                          color=light("ink"), linewidth=2)  # fmt: skip
            levels = [*levels, *(float(mark) for _, mark in marks)]
        names = [_name(found.value(name, row).shown_as("words")) for row in places]
        axes.set_yticks(places, names, color=light("ink"))
        axes.invert_yaxis()
        axes.grid(False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        low, high = min([*levels, 0.0]), max([*levels, 0.0])
        room = (0.34 if narrow else 0.16) * (high - low or 1)
        axes.set_xlim(low - (room if low < 0 else 0), high + room)

    return lambda narrow: _drawn(narrow, max(1.1, 0.42 * len(found) + 0.3), paint)


def stacked_bars(
    found: Answer,
    x: str,
    parts: Mapping[str, str],
    *,
    kind: str | None = None,
    horizontal: bool = False,
    height: float = _HEIGHT,
) -> Draw:
    """Return stacked bars, one a row of the answer, with a legend above.

    `parts` maps a column to its name; the colours are the bands' where the names are.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        rows = list(range(len(found)))
        above = [0.0] * len(rows)
        below = [0.0] * len(rows)
        for position, (column, part) in enumerate(parts.items()):
            levels = [float(level or 0) for level in found.values(column)]
            starts = [above[row] if levels[row] >= 0 else below[row] for row in rows]
            colour = light(_part_colour(column, position))
            draw = axes.barh if horizontal else axes.bar
            edge = {"left" if horizontal else "bottom": starts}
            draw(rows, levels, 0.66, color=colour, label=part, **edge)
            for row in rows:
                stack = above if levels[row] >= 0 else below
                stack[row] += levels[row]
        names = [_name(found.value(x, row)) for row in rows]
        numbers = axes.xaxis if horizontal else axes.yaxis
        _number_axis(numbers, kind or found.value(next(iter(parts)), 0).kind)
        if horizontal:
            axes.set_yticks(rows, names, color=light("ink"))
            axes.invert_yaxis()
            axes.grid(axis="x")
            axes.grid(False, axis="y")
        else:
            step = max(1, -(-len(rows) // (4 if narrow else 12)))
            axes.set_xticks(rows[::-step], names[::-step])
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=2 if narrow else 5,
            handlelength=0.9, handleheight=0.9, columnspacing=1.4, borderaxespad=0.2,
        )  # fmt: skip

    return lambda narrow: _drawn(narrow, height, paint)


def _part_colour(column: str, position: int) -> str:
    for band in BANDS:
        if column.startswith(band):
            return band
    return SERIES[position % len(SERIES)]


def waterfall(found: Answer, name: str, column: str, totals: set[str]) -> Draw:
    """Return a bridge: rows named in `totals` stand on the ground, others hang between.

    Each row of the answer is a step, in its order.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        level = 0.0
        tops: list[float] = []
        for row in range(len(found)):
            value = found.value(column, row)
            step = float(value.raw or 0)
            is_total = found.values(name)[row] in totals
            bottom = 0.0 if is_total else level
            level = bottom + step
            tone = "total" if is_total else "gain" if step >= 0 else "loss"
            axes.bar([row], [step], 0.62, bottom=bottom, color=light(tone))
            top = max(bottom, level)
            tops += [top, min(bottom, level)] if not is_total else [top]
            written = value if is_total else value.shown_as("money_change")
            _label(axes, row, top, written, ha="center", va="bottom", fontweight="bold",
                   fontsize=9.5 if narrow else 11)  # fmt: skip
        names = [
            _name(found.value(name, row).shown_as("words")) for row in range(len(found))
        ]
        axes.set_xticks(range(len(names)), names, rotation=90 if narrow else 0)
        low, high = (min(tops), max(tops)) if tops else (0.0, 1.0)
        # The steps are small beside the totals: the ground is cut off, and not shown.
        axes.set_ylim(
            max(0.0, low - 1.2 * (high - low)), high + 0.14 * (high - low or 1)
        )
        axes.set_yticks([])
        axes.grid(False)

    return lambda narrow: _drawn(narrow, _HEIGHT, paint)


# Where each step of the heat map begins: what of 1 is left.
_HEAT_FROM = (0.70, 0.85, 0.92, 0.98, 1.02, 1.08, 1.20, 1.50)


def heat_map(found: Answer, row: str, column: str, level: str) -> Draw:
    """Return a triangle of rates: one row per `row`, one column per `column`."""

    def paint(axes: Axes, narrow: bool) -> None:
        names = list(dict.fromkeys(found.values(row)))
        ages = list(dict.fromkeys(sorted(found.values(column))))
        for index in range(len(found)):
            value = found.value(level, index).shown_as("percent_whole")
            if value.raw is None:
                continue
            step = sum(float(value.raw) >= edge for edge in _HEAT_FROM)
            x = ages.index(found.values(column)[index])
            y = names.index(found.values(row)[index])
            axes.add_patch(
                mpl.patches.Rectangle((x - 0.5, y - 0.5), 0.96, 0.94,
                                      color=light(f"heat{step}"), linewidth=0)
            )  # fmt: skip
            _label(
                axes, x, y, value, ha="center", va="center",
                fontsize=6.5 if narrow else 9.5, color=light(f"heatink{step}"),
            )  # fmt: skip
        axes.set_xlim(-0.5, len(ages) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks(range(len(ages)), [str(age) for age in ages])
        axes.set_yticks(range(len(names)), [f"{day:%b %Y}" for day in names])
        axes.xaxis.tick_top()
        axes.grid(False)
        axes.spines[:].set_visible(False)

    return lambda narrow: _drawn(narrow, 0.6 + 0.3 * len(set(found.values(row))), paint)
