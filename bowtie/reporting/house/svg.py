"""Makes a drawing of matplotlib part of a page.

Fixed sizes go, so that it fits; colours become the page's variables, so that it can be
dark; styles become attributes, so that the page's policy can forbid all other styles;
ids are the figure's own; and what was labelled with a value says which.
"""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from bowtie.reporting.house.palette import PALETTE
from bowtie.reporting.house.warehouse import Value

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_VARIABLES = {pair[0]: f"var(--{name})" for name, pair in PALETTE.items()}
_GID = re.compile(r"value-(\d+)-(-?\d+)-([a-z_0-9]+)-([a-z_]+)-(.*)")
_COLOUR = re.compile(r"#[0-9a-f]{6}")

ElementTree.register_namespace("", _SVG)


def gid_of(value: Value) -> str:
    """Return the label under which a drawn text says which value it is."""
    from bowtie.reporting.house.formats import plain

    held = "" if isinstance(value.raw, str) else plain(value.raw)
    return f"value-{value.query}-{value.row}-{value.column}-{value.kind}-{held}"


def as_svg(figure: Figure, name: str, css_class: str, shown: str) -> Markup:
    """Return a figure as inline SVG; `name` makes its ids unique in the page.

    It is hidden from screen readers: the figure around it carries the description.
    `shown` is a hash of all that the drawing depends on, under which the next
    generation's pages find it (`html.drawings_of`).
    """
    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(
            buffer,
            format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    root = ElementTree.fromstring(buffer.getvalue())
    _clean(root, f"{name}-{css_class}")
    # Sizes are the page's; the shape is the drawing's.
    root.attrib.pop("width")
    root.attrib.pop("height")
    root.set("class", css_class)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    root.set("data-shown", shown)
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    # Drawn from our own elements; texts are escaped by the serializer.
    return Markup(text)


def _clean(root: ElementTree.Element, prefix: str) -> None:
    """Rework every element in place."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = {reference for node in root.iter() for reference in _references(node)}
    for node in root.iter():
        _clean_element(node, prefix, used)


def _references(node: ElementTree.Element) -> list[str]:
    """Return the ids that an element refers to."""
    found = re.findall(r"url\(#([^)]+)\)", " ".join(node.attrib.values()))
    link = node.get(_XLINK)
    return [*found, link[1:]] if link else found


def _clean_element(node: ElementTree.Element, prefix: str, used: set[str]) -> None:
    identity = node.attrib.pop("id", None)
    if identity is not None:
        labelled = _GID.fullmatch(identity)
        if labelled is not None:
            names = ("query", "row", "column", "kind", "value")
            for name, part in zip(names, labelled.groups(), strict=True):
                node.set(f"data-{name}", part)
        elif identity in used:
            node.set("id", f"{prefix}-{identity}")
    link = node.attrib.pop(_XLINK, None)
    if link is not None:
        node.set("href", f"#{prefix}-{link[1:]}")
    for declaration in node.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            # Shorthand is no attribute; the face is the page's.
            node.set("font-size", re.findall(r"[\d.]+px", value)[0])
            if re.match(r"(bold|[6-9]00)\b", value):
                node.set("font-weight", "600")
        elif key and key != "font-family":
            node.set(key, value)
    for key, value in node.attrib.items():
        value = value.replace("url(#", f"url(#{prefix}-") if "url(#" in value else value
        node.set(key, _COLOUR.sub(lambda hit: _VARIABLES.get(hit[0], hit[0]), value))
