"""The reading order that an ALTO file (4.3 and later) states besides the order of its elements."""

from __future__ import annotations

from collections.abc import Iterator

from core.formats.reading.xml_files import Node


def stated_ranks(root: Node) -> dict[str, int]:
    """The place of blocks and lines by their ids; the first order that is stated, where there are several."""
    order = root.find("ReadingOrder")
    if order is None or not order.children:
        return {}
    first = order.children[0]
    if first.name == "UnorderedGroup" and len(order.children) == 1:  # of orders that exclude each other
        first = next((child for child in first.children if child.name == "OrderedGroup"), first)
    ranks: dict[str, int] = {}
    for key in _references(first):
        ranks.setdefault(key, len(ranks))
    return ranks


def _references(node: Node) -> Iterator[str]:
    for inner in node.walk():
        yield from inner.attributes.get("REF", "").split()
