"""Reads XML without anything special in it by the parser that needs no Python for each element: data sets of a file an
image have very many of these. Whatever is not plain is left to the other parser, which also says what is wrong."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from core.formats.reading.nodes import MAX_DEPTH, Node

_MOST_BYTES = 2**20
# Declarations and comments, signs by number (line ends among them), namespaces, and other encodings' zeros.
_SPECIAL = (b"<!", b"&#", b"xmlns", b"\0")
_ODD_TAG = re.compile(rb"<[^<>\r\n:]*[\r\n:]")  # with a line end inside, or a prefix, or an address
_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_HEAD = 200
_START = re.compile(rb"<[A-Za-z_]")


def read_plain(data: bytes) -> Node | None:
    """The root element; None when the text is not plain, or not XML."""
    if len(data) > _MOST_BYTES or data.startswith((b"\xff", b"\xfe")) or any(sign in data for sign in _SPECIAL):
        return None
    if data.count(b"<?") > 1 or _ENCODING.search(data, 0, _HEAD) or _ODD_TAG.search(data):
        return None
    start = _START.search(data)
    if start is None:
        return None
    try:
        root = ElementTree.XML(data)
        return _to_node(root, 1 + _n_line_ends(data[: start.start()]), 0)[0]
    except (ElementTree.ParseError, ValueError, LookupError, _TooDeepError):
        return None


def _n_line_ends(data: bytes) -> int:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")


class _TooDeepError(Exception):
    """Never leaves this module."""


def _to_node(element: Element, line: int, depth: int) -> tuple[Node, int]:
    """The node of an element that begins on a line, and the line on which it ends."""
    if depth >= MAX_DEPTH:
        raise _TooDeepError
    text = element.text or ""
    node = Node(element.tag, element.attrib, line, [], text)
    line += text.count("\n")
    children = node.children
    for child in element:
        if len(child):
            found, line = _to_node(child, line, depth + 1)
        else:
            text = child.text or ""
            found = Node(child.tag, child.attrib, line, [], text)
            line += text.count("\n")
        children.append(found)
        if child.tail:
            line += child.tail.count("\n")
    return node, line
