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
from typing import Any

import jupytext
from markupsafe import Markup, escape
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config import Config

from bowtie.paths import PROJECT_DIR
from bowtie.reporting.house.html import edition
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
        has_customer_edition: whether each page has a second one that the customer may
            see, in the folder `<name>_customer/`: without the cells tagged `internal`.

    """

    name: str
    title: str
    question: str
    subjects: str | None = None
    has_customer_edition: bool = False


# In the order in which they are read; the index comes last: it says what is there.
REPORTS = (
    Report("retention", "Retention", "Do customers stay, and do they grow?"),
    Report(
        "account_health",
        "Account health",
        "Which customers are in trouble, what changed, and is somebody on it?",
    ),
    Report(
        "capacity",
        "Capacity",
        "Can the team carry its customers, and who should look after whom?",
    ),
    Report(
        "expansion_renewals",
        "Expansion and renewals",
        "What comes up, what will renew, and where is growth?",
    ),
    Report("csm_books", "CSM books", "Who has how much on the table this week?"),
    Report(
        "csm_book",
        "CSM book",
        "Whom do I call this week, and how is my book?",
        subjects="select csm_id, csm_name from reviews.csm_books "
        "where csm_id <> 'unassigned' order by csm_name, csm_id",
    ),
    Report("account_reviews", "Account reviews", "Whose business review is due?"),
    Report(
        "account_review",
        "Account review",
        "What was achieved, and what comes next?",
        subjects="select account_id, account_name from reviews.account_reviews "
        "where is_pack_due order by qbr_due_on, account_id",
        has_customer_edition=True,
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
    notebook: NotebookNode,
    report: Report,
    stamp: Stamp,
    depth: str = "",
    internal: bool = True,
) -> str:
    """Return an executed notebook as HTML; `depth` leads to the folder of the index.

    Cells tagged `unshown` speak to who reads the notebook. A page for customers, which
    is not `internal`, is without the cells tagged so, without definitions and queries,
    and leads to no other.
    """
    left_out = {"unshown"} if internal else {"unshown", "internal"}
    shown = [
        cell
        for cell in notebook.cells
        if left_out.isdisjoint(cell.metadata.get("tags", ()))
    ]
    html, _ = _exporter().from_notebook_node(
        new_notebook(cells=shown),
        resources={
            "bowtie": {
                "report": report,
                "generation": stamp.generation,
                "as_of": stamp.as_of,
                "index": f"{depth}{INDEX}.html" if internal else None,
                "style": Markup(_style()),
                "script": Markup(_script()),
                "policy": content_security_policy(),
            }
        },
    )
    return edition(html, for_customer=not internal)


def failed_page(report: Report, stamp: Stamp, reason: str, depth: str = "") -> str:
    """Return the page that stands in a report's place and says why it is missing."""
    said = f"# {report.title}\n\nThis report could not be computed."
    page = as_page(new_notebook(cells=[new_markdown_cell(said)]), report, stamp, depth)
    return page.replace("</main>", f'<p class="note">{escape(reason)}</p></main>')


class _PageExporter(HTMLExporter):
    """nbconvert's exporter, without its last step.

    That parses the whole page once more, for images and Jupyter's own cells, of which
    the template has none: more than half of the time that a page costs here.
    """

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and what the template was given."""
        page: tuple[str, dict[str, Any]] = super(HTMLExporter, self).from_notebook_node(
            nb, resources, **kw
        )
        return page


@cache
def _exporter() -> HTMLExporter:
    return _PageExporter(
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
