"""The text of an ALTO line, its baseline, and what of it is not kept."""

from __future__ import annotations

from collections.abc import Iterator

from core.formats.layout.numbers import coordinates, number
from core.formats.reading.xml_files import Node

_KNOWN = frozenset(
    {
        *("ID", "HPOS", "VPOS", "WIDTH", "HEIGHT", "BASELINE", "TYPE", "TAGREFS", "PROCESSINGREFS"),
        *("STYLEREFS", "IDNEXT", "LANG", "ROTATION", "BASEDIRECTION"),
    }
)


def text_of(line: Node) -> str:
    """Of its words: with the spaces that the file has between them, or one where it has none."""
    parts: list[str] = []
    is_apart = True
    for node in line.children:
        if node.name == "SP":
            parts.append(" ")
            is_apart = True
        elif node.name == "String":
            parts.append(("" if is_apart else " ") + node.attributes.get("CONTENT", ""))
            is_apart = False
        elif node.name == "HYP":
            parts.append(node.attributes.get("CONTENT", ""))
    text = "".join(parts)
    return text if text.strip() else ""


def has_words(line: Node) -> bool:
    """Whether it has several words with text and a place."""
    words = [node for node in line.children if node.name == "String" and node.attributes.get("CONTENT")]
    return len(words) > 1 and any("HPOS" in word.attributes for word in words)


def unkept_of(node: Node) -> Iterator[str]:
    """What of a line or a zone is not kept, in words for a list with counts."""
    if not node.attributes.keys() <= _KNOWN:
        yield "lines and zones with other attributes (CS, links ...)"
    if any(child.name in ("Ellipse", "Circle") for shape in node.children for child in shape.children):
        yield "round outlines, of which the box is taken"
    if node.attributes.get("STYLEREFS"):
        yield "lines and zones with text styles"
    if node.attributes.get("IDNEXT"):
        yield "zones that name the next in reading order"
    if any(child.name == "ALTERNATIVE" for word in node.children for child in word.children):
        yield "lines with other readings of words"


def baseline_of(line: Node, scale: tuple[float, float]) -> tuple[float, ...] | None:
    """x, y, x, y ... in pixels, empty where none is stated; None when it cannot be read.

    Before ALTO 4.2 it is one number, how far down the page the line stands: it then goes from one end to the other.
    """
    text = line.attributes.get("BASELINE", "").strip()
    if not text:
        return ()
    values = coordinates(text)
    if values is not None:
        return tuple(value * scale[at % 2] for at, value in enumerate(values))
    height, left, width = (number(value) for value in (text, line.attributes.get("HPOS"), line.attributes.get("WIDTH")))
    if height is None:
        return None
    if left is None or width is None:
        return ()
    return left * scale[0], height * scale[1], (left + width) * scale[0], height * scale[1]
