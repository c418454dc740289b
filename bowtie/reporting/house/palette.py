"""The colours of the house, light and dark.

Charts are drawn in the light ones and shown through CSS variables, so that one drawing
serves a bright page, a dark one and paper. Series and bands differ in lightness as well
as in hue, for those who see few hues and for print.
"""

from __future__ import annotations

# name: (light, dark)
PALETTE = {
    "paper": ("#ffffff", "#12181f"),
    "surface": ("#f5f7f9", "#1a222b"),
    "ink": ("#18222d", "#e8edf2"),
    "muted": ("#566370", "#a3b0bd"),
    "rule": ("#dfe4ea", "#323d49"),
    "accent": ("#1d4f91", "#8ab8f2"),
    "series1": ("#1d4f92", "#7fb0ee"),
    "series2": ("#a8560f", "#eda15f"),
    "series3": ("#23776a", "#69c4b3"),
    "series4": ("#83569c", "#c39bd9"),
    "series5": ("#7a8792", "#93a0ac"),
    "gain": ("#2c8578", "#62bfae"),
    "loss": ("#b8482f", "#ee8d73"),
    "total": ("#33475c", "#a9bacb"),
    "green": ("#3a9683", "#56b09d"),
    "yellow": ("#e6b84f", "#e8c468"),
    "red": ("#a5341f", "#e0694f"),
    "unscored": ("#b9c2cb", "#56626e"),
    # Nine steps from loss to gain, the middle one plain; for heat maps.
    "heat0": ("#a43a1e", "#d9694b"),
    "heat1": ("#cf6f4d", "#b85a3f"),
    "heat2": ("#e8a58a", "#8b4837"),
    "heat3": ("#f6d8cb", "#573530"),
    "heat4": ("#f1f3f5", "#27313b"),
    "heat5": ("#d5e3f3", "#263c55"),
    "heat6": ("#a4c3e5", "#2f5580"),
    "heat7": ("#5f93cb", "#4a81bd"),
    "heat8": ("#1d4f93", "#7fb0ef"),
    # The ink on each of the heat steps.
    "heatink0": ("#fffffe", "#0b1015"),
    "heatink1": ("#18222e", "#fffffd"),
    "heatink2": ("#18222f", "#fffffc"),
    "heatink3": ("#182230", "#e8edf3"),
    "heatink4": ("#182231", "#e8edf4"),
    "heatink5": ("#182232", "#e8edf5"),
    "heatink6": ("#182233", "#fffffb"),
    "heatink7": ("#182234", "#0b1016"),
    "heatink8": ("#fffffa", "#0b1017"),
}
SERIES = ("series1", "series2", "series3", "series4", "series5")
BANDS = ("green", "yellow", "red", "unscored")


def light(name: str) -> str:
    """Return the colour to draw with; no two names share one."""
    return PALETTE[name][0]


def css_variables(dark: bool = False) -> str:
    """Return the colours as CSS declarations."""
    return " ".join(f"--{name}: {pair[dark]};" for name, pair in PALETTE.items())
