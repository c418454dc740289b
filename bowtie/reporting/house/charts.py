"""The charts of the house. Each can be drawn wide or narrow, and says what it shows.

Labels that show a value say which one, so that a test can ask the mart again. No text
is markup: a `$` in a name is a dollar sign.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bowtie.reporting.house import formats
from bowtie.reporting.house.html import readable
from bowtie.reporting.house.palette import BANDS, SERIES, light
from bowtie.reporting.house.svg import gid_of
from bowtie.reporting.house.vocabulary import label_of
from bowtie.reporting.house.warehouse import Answer, Value, currency

Draw = Callable[[bool], Figure]
Told = ParamSpec("Told")

# Inches at 72 to the inch, so that a point is a pixel of the page's text column.
_WIDE, _NARROW = 10.6, 4.9
_HEIGHT = 4.2
_LONGEST_LABEL = 26
# Lines of these need not start at 0, but their axis spans a tenth of 1 at least.
_RATES = ("percent", "points")
_LEAST_RANGE = 0.1
# Zeros that say nothing on an axis: 2.50M is 2.5M there.
_ZEROS = re.compile(r"\.0+(?=\D|$)|(?<=\.[1-9])0+(?=\D|$)")
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


@dataclass(frozen=True)
class Chart:
    """A chart that is not drawn yet.

    `draw` returns the drawing, and is asked with True for the narrow one. `shows` is
    all that it depends on besides the code: the kind of chart, the values, their words
    and their currency. Charts that show the same are drawn alike.
    """

    draw: Draw
    shows: str


def _chart(kind: Callable[Told, Draw]) -> Callable[Told, Chart]:
    """Have a kind of chart say what it shows: all that it is told."""

    @wraps(kind)
    def chart(*told: Told.args, **named: Told.kwargs) -> Chart:
        parts = [kind.__name__, *map(_said, told), currency()]
        parts += [f"{name}={_said(part)}" for name, part in sorted(named.items())]
        return Chart(kind(*told, **named), "\n".join(parts))

    return chart


def _said(part: Any) -> str:
    """Return what a chart is told as text; raises TypeError for what may hide more."""
    if isinstance(part, Answer):
        asked = (part.number, part.mart, part.columns, part.types)
        return repr((*asked, part.rows, part.numbers))
    if isinstance(part, set):
        return repr(sorted(part))
    if isinstance(part, (Value, str, int, float, list, tuple, type(None))):
        return repr(part)
    raise TypeError(f"a chart cannot say what it shows of {type(part).__name__}")


def _drawn(narrow: bool, height: float, paint: Callable[[Axes, bool], None]) -> Figure:
    """Return a figure with one pair of axes, painted in the house style."""
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A name may hold letters that the measuring font lacks; the page's have them.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(_NARROW if narrow else _WIDE, height), dpi=72)
        axes = figure.subplots()
        for axis in (axes.xaxis, axes.yaxis):
            # None has a label; where its place is given, it is not looked for.
            axis.set_label_coords(0, 0)
        paint(axes, narrow)
        figure.tight_layout(pad=0.4)
        # Done: with a layout engine left over, each figure would be drawn twice.
        figure.set_layout_engine(None)
    return figure


def _label(
    axes: Axes,
    x: Any,
    y: Any,
    value: Value,
    apart: tuple[float, float] = (0, 0),
    **style: Any,
) -> None:
    """Write a value into the drawing, so many points apart from a place; traceable."""
    drawn = axes.annotate(
        value.written(short=True), (x, y), apart, textcoords="offset points",
        annotation_clip=False, **style,
    )  # fmt: skip
    drawn.set_gid(gid_of(value))


def _name(value: Value) -> str:
    """Return a name as it fits beside an axis."""
    written = readable(value.written(), _LONGEST_LABEL)
    return written[:1].upper() + written[1:] if value.kind == "words" else written


def _number_axis(axis: Any, kind: str) -> None:
    """Write the ticks of an axis as the values beside it are written."""
    unit = currency()
    shown_as = "percent" if kind == "points" else kind

    def written(tick: float, _: int) -> str:
        text = formats.written(f"{tick:.9f}", shown_as, unit, short=True)
        return _ZEROS.sub("", text)

    axis.set_major_formatter(written)
    if kind == "count":
        axis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    else:
        # No steps of 2.5: a tick is where its label says, with as few digits.
        axis.get_major_locator().set_params(steps=[1, 2, 5, 10])


def _spread(axes: Axes, values: Sequence[float], from_zero: bool) -> None:
    """Leave room above and below the values; what hardly moves is to look flat."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        widened = max(0.0, _LEAST_RANGE - (high - low)) / 2
        low, high = low - widened, high + widened
    room = 0.14 * (high - low) or 0.1 * abs(high) or 1.0
    axes.set_ylim(low - (room if low < 0 or not from_zero else 0), high + room)


@_chart
def lines(
    found: Answer,
    x: str,
    series: Sequence[str],
    *,
    target: Value | None = None,
    height: float = _HEIGHT,
) -> Draw:
    """Return a chart of series over time; each is named at its last point.

    `target` draws one dashed level.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        seen: list[float] = []
        ends: list[tuple[float, str, Value, str]] = []
        days = found.values(x)
        for colour, column in zip(SERIES, series, strict=False):
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
            name = label_of(column, found.mart)
            ends.append((points[-1][1], name, value, colour))
        if target is not None and target.raw is not None:
            level = float(target.raw)
            axes.axhline(level, color=light("muted"), linewidth=1.2, dashes=(4, 3))
            seen.append(level)
        _spread(axes, seen, from_zero=found.kind(series[0]) not in _RATES)
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
            name,
            (last_day, place),
            (44 if narrow else 62, 0),
            **{**style, "fontweight": "normal"},
        )


def _time_axis(axes: Axes, days: Sequence[Any], narrow: bool) -> None:
    """Write a handful of months or days below a chart, the last one always."""
    if not days:
        return
    # A week in late May is no May 2025, where a reader looks for the first of it.
    kind = "month" if all(day.day == 1 for day in days) else "date"
    most = 3 if narrow else 9 if kind == "month" else 7
    shown = list(days)[:: -max(1, -(-len(days) // most))]
    axes.set_xticks(shown, [formats.written(day, kind) for day in shown])
    axes.margins(x=0.01)


@_chart
def bars(
    found: Answer,
    name: str,
    column: str,
    *,
    colour: str = "series1",
    loss: str | None = "loss",
    target: str | None = None,
    full: float | None = None,
) -> Draw:
    """Return horizontal bars, one a row, each with its name and value.

    Bars below zero take the colour `loss`; `target` is a column drawn as a mark; `full`
    is the level that all could reach, drawn behind them.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        values = [found.value(column, row) for row in range(len(found))]
        levels = [float(value.raw or 0) for value in values]
        places = list(range(len(values)))
        if full is not None:
            axes.barh(places, full, color=light("rule"), height=0.62)
        colours = [light(loss if level < 0 and loss else colour) for level in levels]
        axes.barh(places, levels, color=colours, height=0.62)
        for place, level, value in zip(places, levels, values, strict=True):
            _label(
                axes, level, place, value, (-5 if level < 0 else 5, 0), va="center",
                fontweight="bold", ha="right" if level < 0 else "left",
            )  # fmt: skip
        if target:
            marks = [
                (i, t) for i, t in enumerate(found.values(target)) if t is not None
            ]
            for place, mark in marks:
                axes.plot([mark, mark], [place - 0.42, place + 0.42],
                          color=light("ink"), linewidth=2)  # fmt: skip
            levels = [*levels, *(float(mark) for _, mark in marks)]
        names = [_name(found.value(name, row)) for row in places]
        axes.set_yticks(places, names, color=light("ink"))
        axes.invert_yaxis()
        axes.grid(False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        low, high = min([*levels, 0.0]), max([*levels, full or 0.0])
        room = (0.34 if narrow else 0.16) * (high - low or 1)
        axes.set_xlim(low - (room if low < 0 else 0), high + room)

    return lambda narrow: _drawn(narrow, max(0.75, 0.42 * len(found) + 0.3), paint)


@_chart
def stacked_bars(
    found: Answer,
    x: str,
    parts: Sequence[str],
    *,
    horizontal: bool = False,
    height: float = _HEIGHT,
) -> Draw:
    """Return stacked bars, one a row of the answer, with a legend above.

    A part that is named after a health band has its colour.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        rows = list(range(len(found)))
        above = [0.0] * len(rows)
        below = [0.0] * len(rows)
        for position, column in enumerate(parts):
            levels = [float(level or 0) for level in found.values(column)]
            starts = [above[row] if levels[row] >= 0 else below[row] for row in rows]
            colour = light(_part_colour(column, position))
            draw = axes.barh if horizontal else axes.bar
            edge = {"left" if horizontal else "bottom": starts}
            name = label_of(column, found.mart)
            draw(rows, levels, 0.66, color=colour, label=name, **edge)
            for row in rows:
                stack = above if levels[row] >= 0 else below
                stack[row] += levels[row]
        names = [_name(found.value(x, row)) for row in rows]
        numbers = axes.xaxis if horizontal else axes.yaxis
        _number_axis(numbers, found.kind(parts[0]))
        if horizontal:
            axes.set_yticks(rows, names, color=light("ink"))
            axes.invert_yaxis()
            axes.locator_params(axis="x", nbins=4 if narrow else 7)
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


@_chart
def waterfall(found: Answer, name: str, column: str, totals: set[str]) -> Draw:
    """Return a bridge: rows named in `totals` stand on the ground, others hang between.

    Each row of the answer is a step, in its order: from left to right on a wide page,
    downwards on a narrow one.
    """
    values = [found.value(column, row) for row in range(len(found))]
    stand = [held in totals for held in found.values(name)]
    spans = list(_spans([float(value.raw or 0) for value in values], stand))

    def paint(axes: Axes, narrow: bool) -> None:
        ground = _ground([end for span in spans for end in span if end])
        for row, (bottom, top) in enumerate(spans):
            value = values[row] if stand[row] else values[row].shown_as("money_change")
            rises = value.raw is None or value.raw >= 0
            tone = light("total" if stand[row] else "gain" if rises else "loss")
            extent = (top - max(bottom, ground), max(bottom, ground))
            if narrow:
                axes.barh([row], extent[0], 0.62, left=extent[1], color=tone)
                _label(axes, top, row, value, (4, 0), va="center", fontweight="bold")
            else:
                axes.bar([row], extent[0], 0.62, bottom=extent[1], color=tone)
                _label(axes, row, top, value, (0, 3), ha="center", fontweight="bold")
        names = [_name(found.value(name, row)) for row in range(len(found))]
        _bare(axes, narrow, names, ground, max((top for _, top in spans), default=1.0))
        if ground > 0:
            _show_cut(axes, [row for row, total in enumerate(stand) if total], narrow)

    return lambda narrow: _drawn(
        narrow, 0.36 * len(found) + 0.3 if narrow else _HEIGHT, paint
    )


def _spans(
    steps: Sequence[float], stand: Sequence[bool]
) -> Iterator[tuple[float, float]]:
    """Yield where each bar of a bridge begins and ends, the lower end first."""
    level = 0.0
    for step, total in zip(steps, stand, strict=True):
        start = 0.0 if total else level
        level = start + step
        yield min(start, level), max(start, level)


def _ground(ends: Sequence[float]) -> float:
    """Return where to cut off what all bars share: steps are small beside totals."""
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    return max(0.0, low - 1.2 * (high - low)) if low > 0 else min(0.0, low)


def _bare(
    axes: Axes, narrow: bool, names: Sequence[str], low: float, high: float
) -> None:
    """Leave of the axes of a bridge the names of its steps."""
    places = range(len(names))
    room = (0.3 if narrow else 0.12) * (high - low or 1)
    axes.grid(False)
    if narrow:
        axes.set_xlim(low, high + room)
        axes.set_yticks(places, names, color=light("ink"))
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    else:
        axes.set_ylim(low, high + room)
        axes.set_xticks(places, names, color=light("ink"))
        axes.set_yticks([])


def _show_cut(axes: Axes, rows: Sequence[int], narrow: bool) -> None:
    """Draw a cut through the bars that do not start at 0."""
    low, high = axes.get_xlim() if narrow else axes.get_ylim()
    place, slope = low + 0.08 * (high - low), 0.022 * (high - low)
    for row in rows:
        across, along = (row - 0.36, row + 0.36), (place - slope, place + slope)
        ends = (along, across) if narrow else (across, along)
        axes.plot(*ends, color=light("paper"), linewidth=4)


# Where each step of the heat map begins: what of 1 is left.
_HEAT_FROM = (0.70, 0.85, 0.92, 0.98, 1.02, 1.08, 1.20, 1.50)


@_chart
def heat_map(found: Answer, row: str, column: str, level: str, *, size: str) -> Draw:
    """Return a triangle of rates: one row per `row`, one column per `column`.

    `size` is a column that says of how many each row is; it stands before the rates.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        style = {"ha": "center", "va": "center", "fontsize": 6.5 if narrow else 9.5}
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
            _label(axes, x, y, value, color=light(f"heatink{step}"), **style)
        for y, name in enumerate(names):
            value = found.value(size, found.values(row).index(name))
            _label(axes, -1, y, value, color=light("muted"), **style)
        axes.set_xlim(-1.5, len(ages) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks(
            range(-1, len(ages)),
            [label_of(size, found.mart), *(str(age) for age in ages)],
        )
        axes.set_yticks(range(len(names)), [f"{day:%b %Y}" for day in names])
        axes.xaxis.tick_top()
        if narrow:
            axes.tick_params(axis="x", labelsize=7)
        axes.grid(False)
        axes.spines[:].set_visible(False)

    return lambda narrow: _drawn(narrow, 0.6 + 0.3 * len(set(found.values(row))), paint)


@_chart
def intervals(found: Answer, name: str, low: str, middle: str, high: str) -> Draw:
    """Return ranges, one a row, each from `low` to `high` with `middle` marked.

    A row without a range shows its middle alone.
    """

    def paint(axes: Axes, narrow: bool) -> None:
        seen: list[float] = []
        for row in range(len(found)):
            ends = [found.value(column, row) for column in (low, middle, high)]
            levels = [None if end.raw is None else float(end.raw) for end in ends]
            seen += [level for level in levels if level is not None]
            if levels[0] is not None and levels[2] is not None:
                axes.plot(
                    [levels[0], levels[2]], [row, row], color=light("heat6"),
                    linewidth=10, solid_capstyle="butt",
                )  # fmt: skip
                for end, side in ((0, "right"), (2, "left")):
                    _label(axes, levels[end], row + 0.34, ends[end], ha=side,
                           va="center", color=light("muted"), fontsize=9.5)  # fmt: skip
            if levels[1] is not None:
                axes.plot([levels[1]], [row], "o", color=light("series1"), markersize=9)
                _label(axes, levels[1], row - 0.3, ends[1], ha="center", va="center",
                       fontweight="bold")  # fmt: skip
        names = [_name(found.value(name, row)) for row in range(len(found))]
        axes.set_yticks(range(len(names)), names, color=light("ink"))
        axes.set_ylim(len(names) - 0.4, -0.6)
        room = 0.25 * (max(seen) - min(seen)) if seen else 1.0
        if seen:
            axes.set_xlim(min(seen) - room, max(seen) + room)
        axes.grid(axis="x")
        axes.grid(False, axis="y")
        axes.locator_params(axis="x", nbins=4 if narrow else 7)
        if seen:
            _number_axis(axes.xaxis, found.kind(middle))

    return lambda narrow: _drawn(narrow, 0.7 + 0.72 * len(found), paint)
