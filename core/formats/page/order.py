"""The reading order of a PAGE file: groups of references to regions, in each other."""

from __future__ import annotations

from collections.abc import Iterator

from core.formats.reading.xml_files import Node


def stated_ranks(page: Node) -> dict[str, int]:
    """The place of regions by their ids; empty where the file states none."""
    order = page.find("ReadingOrder")
    ranks: dict[str, int] = {}
    for key in _references(order) if order is not None else ():
        ranks.setdefault(key, len(ranks))
    return ranks


def _references(node: Node) -> Iterator[str]:
    """A group's own region comes before what is in the group."""
    if "regionRef" in node.attributes:
        yield node.attributes["regionRef"]
    for child in sorted(node.children, key=_index):
        yield from _references(child)


def _index(node: Node) -> int:
    """0 for the members of groups without an order, which then stay as the file has them."""
    text = node.attributes.get("index", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
