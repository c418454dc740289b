"""Which reports there are, and how an executed notebook becomes a page.

A page is one file without references to others but links: style, script and drawings
are inside, and its content security policy allows nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
from markupsafe import Markup, escape
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config import Config

from bowtie.paths import PROJECT_DIR
from bowtie.reporting.house.palette import css_variables

NOTEBOOKS = PROJECT_DIR / "reports"
_TEMPLATE = Path(__file__).parent / "template"
# The page that leads to all others.
INDEX = "index"


@dataclass(frozen=True)
class Report:
    """A notebook: `reports/<name>.py`.

    Args:
        name: of the notebook, and of its page.
        title: what the page is called in its head and in links.
        question: what it answers, for the index.
        subjects: a query for the ids that the report is rendered for and their names,
            one page each in the folder `<name>/`; None for a report with one page.
        internal: False for an edition that a customer may see.

    """

    name: str
    title: str
    question: str
    subjects: str | None = None
    internal: bool = True


# In the order in which they are read; the index comes last: it says what is there.
REPORTS = (
    Report("retention", "Retention", "Do customers stay, and do they grow?"),
    Report(
        "account_health",
        "Account health",
        "Which customers are in trouble, what changed, and is somebody on it?",
    ),
    Report("data_quality", "Data quality", "Can these numbers be believed?"),
    Report(INDEX, "Overview", "Where do we stand?"),
)


def read_notebook(name: str) -> NotebookNode:
    """Return a report's notebook, without outputs."""
    return jupytext.read(NOTEBOOKS / f"{name}.py")


@dataclass(frozen=True)
class Stamp:
    """What every page of one rendering says in its head, written out."""

    generation: str
    as_of: str


def as_page(
    notebook: NotebookNode, report: Report, stamp: Stamp, depth: str = ""
) -> str:
    """Return an executed notebook as HTML; `depth` leads to the folder of the index."""
    html, _ = _exporter().from_notebook_node(
        notebook,
        resources={
            "bowtie": {
                "report": report,
                "generation": stamp.generation,
                "as_of": stamp.as_of,
                "index": f"{depth}index.html",
                "style": Markup(_style()),
                "script": Markup(_script()),
                "policy": content_security_policy(),
            }
        },
    )
    return html


def failed_page(report: Report, stamp: Stamp, reason: str) -> str:
    """Return the page that stands in a report's place and says why it is missing."""
    said = f"# {report.title}\n\nThis report could not be computed."
    page = as_page(new_notebook(cells=[new_markdown_cell(said)]), report, stamp)
    return page.replace("</main>", f'<p class="note">{escape(reason)}</p></main>')


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        config=Config(
            HTMLExporter={
                "template_name": "page",
                "extra_template_basedirs": [str(_TEMPLATE)],
                "exclude_input": True,
                "sanitize_html": False,
            }
        )
    )


@cache
def _style() -> str:
    """Return the style sheet with the colours of the house put in."""
    return (
        (_TEMPLATE / "page.css")
        .read_text("utf-8")
        .replace("/* light */", css_variables())
        .replace("/* dark */", css_variables(dark=True))
    )


@cache
def _script() -> str:
    return (_TEMPLATE / "sort.js").read_text("utf-8")


def content_security_policy() -> str:
    """Return the policy of every page: its own style and script, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(_style())}; "
        f"script-src {_hash(_script())}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
