"""Reports: notebooks executed on one warehouse file and rendered as HTML pages.

`reports/` holds the notebooks; `house` is what they are written with; `kernel` executes
them, `pages` makes pages of them, `render` does one after the other.
"""

from bowtie.reporting.render import render_reports

__all__ = ["render_reports"]
