"""Reads XML of unknown origin into plain nodes that know their line. Namespaces are left off."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.nodes import MAX_DEPTH, Node
from core.formats.reading.plain_xml import read_plain
from core.formats.reading.text_files import read_limited, read_pieces

MAX_BYTES = 64 * 2**20
MAX_STREAMED_BYTES = 2**31
_MOST_AT_ONCE = 16 * 2**20  # of an element below the outermost, where a file is streamed
_PIECE = 2**16
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_OF_SEVERAL_BYTES = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "cp950"), "cp950"),
    **dict.fromkeys(("shift_jis", "sjis", "windows-31j", "cp932"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "cp949"), "cp949"),
    "euc-jp": "euc_jp",
}

__all__ = ["MAX_BYTES", "Node", "read_root_name", "read_xml", "read_xml_head", "stream_attributes", "stream_xml"]


def read_xml(path: Path) -> Node:
    """The root element. Raises FormatError with the line for broken XML, any DOCTYPE, and nesting without end."""
    data = read_limited(path, MAX_BYTES)
    if not data:
        raise _empty(path)
    if (plain := read_plain(data)) is not None:
        return plain
    builder = _Builder(path)
    with _telling(path):
        text = _of_several_bytes(data)
        parser = _make_parser(builder, None if text is None else "utf-8")
        parser.Parse(data if text is None else text.encode(), True)
    return _root_of(builder, path)


def read_xml_head(path: Path, *, until: str, having: str) -> Node:
    """The root element with what comes before the element `until` ("*" = any), if an element `having` has come; else
    with all.

    Raises FormatError for what `read_xml` refuses, as far as it is read.
    """
    builder = _Builder(path, until, having)
    _parse_pieces(_make_parser(builder), path)
    return _root_of(builder, path)


def read_root_name(path: Path) -> str:
    """The name of the outermost element, however much stands before it. Raises FormatError when there is none."""
    found: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        found.append(name.rpartition(" ")[2])
        raise _EnoughError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    _parse_pieces(parser, path)
    if not found:
        raise _empty(path)
    return found[0]


def stream_xml(path: Path) -> Iterator[Node]:
    """The outermost element as it begins, then each of the elements right inside it, complete, which are not kept.

    For files of any size. Raises FormatError for what `read_xml` refuses, and for an element that is too large.
    """
    builder = _Builder(path)
    parser = _make_parser(builder)
    is_told = False
    n_bytes = n_done = 0
    with _telling(path):
        for piece in read_pieces(path, MAX_STREAMED_BYTES, _PIECE):
            parser.Parse(piece, False)
            n_bytes += len(piece)
            root = builder.root
            if root is None or len(root.children) <= 1:  # the last one may still be open
                if n_bytes - n_done > _MOST_AT_ONCE:
                    text = f'"{shown(path.name)}" has an element that is too large to be read.'
                    raise FormatError(text, file=path, line=parser.CurrentLineNumber)
                continue
            if not is_told:
                yield Node(root.name, root.attributes, root.line)
                is_told = True
            n_done = n_bytes
            complete, root.children[:] = root.children[:-1], root.children[-1:]
            yield from complete
        if not n_bytes:
            raise _empty(path)
        parser.Parse(b"", True)
    root = _root_of(builder, path)
    if not is_told:
        yield Node(root.name, root.attributes, root.line)
    yield from root.children


def stream_attributes(path: Path, names: Collection[str]) -> Iterator[tuple[str, Mapping[str, str], int]]:
    """Of a large file, only names, attributes and lines: of the outermost element, then of those right inside it that
    are called one of `names`. Raises FormatError as `stream_xml` does."""
    found: list[tuple[str, Mapping[str, str], int]] = []
    depth = 0

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            text = f'"{shown(path.name)}" is nested too deeply.'
            raise FormatError(text, file=path, line=parser.CurrentLineNumber)
        plain = element.rpartition(" ")[2]
        if depth == 1 or (depth == 2 and plain in names):
            found.append((plain, attributes, parser.CurrentLineNumber))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _Builder(path).refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    is_empty = True
    with _telling(path):
        for piece in read_pieces(path, MAX_STREAMED_BYTES, _PIECE):
            is_empty = False
            parser.Parse(piece, False)
            yield from found
            found.clear()
        if is_empty:
            raise _empty(path)
        parser.Parse(b"", True)
    yield from found


def _parse_pieces(parser: expat.XMLParserType, path: Path) -> None:
    """Until a handler has enough."""
    is_empty = True
    with _telling(path), contextlib.suppress(_EnoughError):
        for piece in read_pieces(path, MAX_BYTES, _PIECE):
            is_empty = False
            parser.Parse(piece, False)
        if is_empty:
            raise _empty(path)
        parser.Parse(b"", True)


def _empty(path: Path) -> FormatError:
    return FormatError(f'"{shown(path.name)}" is empty.', file=path, hint="Export it again.")


class _EnoughError(Exception):
    """The head of a file has been read; never leaves this module."""


def _of_several_bytes(data: bytes) -> str | None:
    """The text of a file that declares an encoding of signs of several bytes, which the parser does not know; None for
    any other. Raises UnicodeDecodeError where it is not in that encoding."""
    declared = _DECLARED.match(data)
    encoding = _OF_SEVERAL_BYTES.get(declared[1].decode().lower()) if declared is not None else None
    return data.decode(encoding) if encoding is not None else None


def _make_parser(builder: _Builder, encoding: str | None = None) -> expat.XMLParserType:
    """`encoding` counts before the declared one."""
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.StartElementHandler = lambda name, attributes: builder.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.add_text
    return parser


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """The parser's complaints as FormatErrors."""
    try:
        yield
    except expat.ExpatError as error:
        reason = f"line {error.lineno}, column {error.offset + 1}: {expat.errors.messages[error.code]}"
        text = f'"{shown(path.name)}" is not valid XML at {reason}.'
        raise FormatError(text, file=path, line=error.lineno, hint="Export it again.") from error
    except (LookupError, ValueError) as error:
        raise FormatError(f'"{shown(path.name)}" has an unknown encoding: {error}.', file=path) from error


def _root_of(builder: _Builder, path: Path) -> Node:
    if builder.root is None:
        raise _empty(path)
    return builder.root


class _Builder:
    """Makes nodes of what the parser meets. With `until`: up to that element, once an element `having` has come."""

    def __init__(self, path: Path, until: str = "", having: str = "") -> None:
        self.root: Node | None = None
        self._path = path
        self._until = until
        self._having = having
        self._open: list[Node] = []

    def refuse_doctype(self, *_: object) -> None:
        """Entities are declared there, and with them every known way to blow up or to read other files."""
        raise FormatError(f'"{shown(self._path.name)}" has a DOCTYPE, which is not read.', file=self._path)

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise FormatError(f'"{shown(self._path.name)}" is nested too deeply.', file=self._path, line=line)
        if attributes:
            attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition(" ")[2], attributes, line)
        if self._until in (node.name, "*") and not self._having:
            raise _EnoughError
        if node.name == self._having:
            self._having = ""
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def add_text(self, text: str) -> None:
        node = self._open[-1]
        if not node.children:
            node.text += text
