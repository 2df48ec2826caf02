"""A figure as SVG that stands in a page: the same bytes each time, no name that clashes."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from matplotlib.figure import Figure

from loyaltysim.report.style import look

FONTS = (
    "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'PingFang SC', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
"""Type of the page and its pictures. Pictures are laid out with wider type than any of these,
and their text stays text: the reader's machine has the letters (Chinese ones too) where the one
that made the page may not."""

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"font: (.*?)([0-9.]+px)[^;]*")
_FAMILY = re.compile(r" ?font-family: [^;]*;")


def inline(figure: Figure, key: str, title: str) -> str:
    """SVG element for the body of an HTML page; `key` makes its ids its own."""
    buffer = io.StringIO()
    with look():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    wanted = _referenced(root)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        _tidy(element, key, wanted)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("style", f"font-family: {FONTS}; stroke-linejoin: round; stroke-linecap: butt")
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _referenced(root: ElementTree.Element) -> set[str]:
    """Ids that something points to; the others go."""
    found: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found.update(_REFERENCE.findall(value))
            if name.endswith("href") and value.startswith("#"):
                found.add(value[1:])
    return found


def _tidy(element: ElementTree.Element, key: str, wanted: set[str]) -> None:
    attributes = dict(element.attrib)
    element.attrib.clear()
    for name, value in attributes.items():
        name = name.rpartition("}")[2]
        if name == "id":
            if value in wanted:
                element.set("id", f"{key}-{value}")
        elif name == "href":
            element.set("href", f"#{key}-{value[1:]}" if value.startswith("#") else "")
        else:
            value = _REFERENCE.sub(lambda m: f"url(#{key}-{m[1]})", value)
            element.set(name, _without_family(value) if name == "style" else value)


def _without_family(style: str) -> str:
    """A style in which only the size and the weight of type are left, however they are written."""
    style = _FONT.sub(lambda m: f"font-size: {m[2]}" + _weight(m[1]), style)
    return _FAMILY.sub("", style)


def _weight(words: str) -> str:
    bold = "bold" in words or "700" in words
    return "; font-weight: bold" if bold else ""
