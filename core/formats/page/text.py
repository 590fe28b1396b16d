"""The text of a PAGE element, its coordinates, and what of it is not kept."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.geometry import Box
from core.formats.layout.numbers import coordinates, number
from core.formats.page.attributes import has_more
from core.formats.reading.xml_files import Node


def text_of(node: Node) -> str:
    """Of its TextEquiv with the lowest index; of a line without one, of its words."""
    found = [child for child in node.children if child.name == "TextEquiv"]
    if found:
        return _unicode(min(found, key=_index))
    words = [text_of(child) for child in node.children if child.name == "Word"]
    return " ".join(word for word in words if word)


def points_of(node: Node, name: str) -> tuple[float, ...] | None:
    """x, y, x, y ... of its Coords or Baseline, empty where it has none; None when they cannot be read.

    Up to 2010 points are elements of their own.
    """
    place = node.find(name)
    if place is None:
        return ()
    text = place.attributes.get("points", "").strip()
    if text:
        return coordinates(text)
    values = [
        number(child.attributes.get(key)) for child in place.children if child.name == "Point" for key in ("x", "y")
    ]
    found = tuple(value for value in values if value is not None)
    return found if len(found) == len(values) else None


def words_box(line: Node) -> Box | None:
    """What a line's words span."""
    boxes = [_bounds(points_of(word, "Coords")) for word in line.children if word.name == "Word"]
    found = [box for box in boxes if box is not None and box.is_finite() and box.area > 0]
    if not found:
        return None
    x0, y0 = min(box.x0 for box in found), min(box.y0 for box in found)
    return Box(x0, y0, max(box.x1 for box in found), max(box.y1 for box in found))


def unkept_of(node: Node) -> Iterator[str]:
    """What of a line or a region is not kept, in words for a list with counts."""
    names = [child.name for child in node.children]
    if has_more(node.attributes):
        yield "lines and regions with other attributes (rows, columns, colours ...)"
    if "Word" in names:
        yield "lines whose words have places of their own"
    if names.count("TextEquiv") > 1:
        yield "lines and regions with other readings"
    if "TextStyle" in names:
        yield "lines and regions with text styles"
    if "AlternativeImage" in names:
        yield "elements with pictures of their own (AlternativeImage)"


def _bounds(values: tuple[float, ...] | None) -> Box | None:
    if not values:
        return None
    return Box(min(values[0::2]), min(values[1::2]), max(values[0::2]), max(values[1::2]))


def _unicode(equivalent: Node) -> str:
    found = equivalent.find("Unicode") or equivalent.find("PlainText")
    return found.text if found is not None and found.text.strip() else ""


def _index(equivalent: Node) -> int:
    text = equivalent.attributes.get("index", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
