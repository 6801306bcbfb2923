"""SVG drawings made light and dark-proof: what a reader cannot see is left out, and each colour brings its dark counterpart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from lwo_analysis.present.style import DARK, DRAWN_FONT, FONT_STACK

SVG = "http://www.w3.org/2000/svg"
_TEXT_TAGS = frozenset(f"{{{SVG}}}{name}" for name in ("text", "tspan", "title", "style"))
_GROUP, _STYLE, _METADATA = (f"{{{SVG}}}{name}" for name in ("g", "style", "metadata"))
_NUMBER = re.compile(r"-?\d*\.\d+")
_COLOUR = re.compile(r"(fill|stroke):(#[0-9a-f]{6})(?![0-9a-f])")
_TAG = re.compile(r"<[^>]+>")
_ID = re.compile(r"[\w.-]+")
_URI_SAFE = "/:;=,()*+!$@'"

ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def slim_svg(svg: str) -> str:
    """Return a drawing that looks the same, is a fraction of its size, and turns dark with the system of its reader.

    Groups that only have a name, the metadata and digits beyond a hundredth of a point are left out. Each style is written once,
    as a class, with its dark colours beside it. Texts stay texts.

    Parameters
    ----------
    svg : str
        From matplotlib, with ``svg.fonttype`` none. Colours that are not in `DARK` stay as they are on a dark page.
    """
    root = ElementTree.fromstring(svg)
    _drop_metadata(root)
    for element in root.iter():
        _shorten(element)
    _unwrap_groups(root)
    _rename_ids(root)
    classes = _styles_to_classes(root)
    root.set("style", f"font-family: {FONT_STACK}")
    _append_rules(root, classes)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def svg_uri(svg: str) -> str:
    """Return a drawing as an address that holds it, percent-encoded: that compresses where base64 does not.

    Examples
    --------
    >>> svg_uri('<svg fill="#fff"/>')
    "data:image/svg+xml,%3Csvg%20fill='%23fff'/%3E"
    """
    # An apostrophe needs no encoding in an address, a quotation mark three signs.
    apostrophes = _TAG.sub(lambda tag: re.sub(r'="([^"\']*)"', r"='\1'", tag[0]), svg)
    return f"data:image/svg+xml,{quote(apostrophes, safe=_URI_SAFE)}"


def _drop_metadata(root: Element) -> None:
    for found in root.findall(_METADATA):
        root.remove(found)


def _shorten(element: Element) -> None:
    if element.tag not in _TEXT_TAGS:
        element.text = None
    element.tail = None
    if element.tag == _GROUP:
        element.attrib.pop("id", None)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for name, value in element.items():
        if not name.endswith("href"):
            element.set(name, _NUMBER.sub(_rounded, value))
    if "d" in element.attrib:
        element.set("d", re.sub(r"\s*([A-Za-z])\s*", r"\1", element.attrib["d"].strip()))


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _unwrap_groups(parent: Element) -> None:
    for child in parent:
        _unwrap_groups(child)
    parent[:] = list(_without_bare_groups(parent))


def _without_bare_groups(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == _GROUP and not child.attrib:
            yield from child
        else:
            yield child


def _rename_ids(root: Element) -> None:
    """Give what is used more than once a short name; names in the order of the drawing, so that its bytes do not change."""
    named = {
        found: f"i{number}"
        for number, found in enumerate(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    }
    for element in root.iter():
        for name, value in element.items():
            if name == "id" or name.endswith("href") or "url(#" in value:
                element.set(name, _ID.sub(lambda found: named.get(found[0], found[0]), value))


def _styles_to_classes(root: Element) -> dict[str, str]:
    """Replace each style by a class; return the class of each style, in the order of the drawing."""
    classes: dict[str, str] = {}
    for element in root.iter():
        style = _short_style(element.attrib.pop("style", ""))
        if style:
            element.set("class", classes.setdefault(style, f"s{len(classes)}"))
    return classes


def _short_style(style: str) -> str:
    named = style.replace(f"font-family: '{DRAWN_FONT}'; ", "").replace(f"'{DRAWN_FONT}'", FONT_STACK)
    return re.sub(r"\s*([;:])\s*", r"\1", named)


def _append_rules(root: Element, classes: dict[str, str]) -> None:
    light = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    dark = "".join(f".{name}{{{rule}}}" for style, name in classes.items() if (rule := _dark_rule(style)))
    last = ElementTree.SubElement(root, _STYLE)
    last.text = f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _dark_rule(style: str) -> str:
    return ";".join(f"{role}:{DARK[colour]}" for role, colour in _COLOUR.findall(style) if colour in DARK)
