from __future__ import annotations

import random
from pathlib import Path

import pytest

from core.errors import FormatError
from core.formats.reading import xml_files
from core.formats.reading.plain_xml import read_plain
from core.formats.reading.xml_files import Node, read_xml

TEXT = (
    b'<?xml version="1.0"?>\n<annotation verified="yes">\n  <filename>caf\xc3\xa9 &amp; b.jpg</filename><size/>\n'
    b"  <object>\r\n<name>cat</name>before<box><x>1</x>\n\n<y>2</y></box>after\n</object>\n</annotation>\n"
)
PIECES = (
    *(b"\0", b"\xff\xfe", b"\n", b"\r", b"\r\n", b"<", b"&x;", b"&amp;", b"&#13;", b"&#10;", b'"', b" ", b"\xb0"),
    *(b"<a>", b"<a:b>", b"</a>", b"<!-- x\n -->", b"<?x?>", b"<![CDATA[x]]>", b"<a b='1'/>", b"<a b='1\n2'/>", b":"),
    *(b"<!DOCTYPE a>", b' xmlns="u:r:n"', b' encoding="latin-1"', b"<a>" * 250),
)


def carefully(file: Path, monkeypatch: pytest.MonkeyPatch) -> Node | None:
    with monkeypatch.context() as patch:
        patch.setattr(xml_files, "read_plain", lambda _: None)
        try:
            return read_xml(file)
        except FormatError:
            return None


def test_both_parsers_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    n_plain = 0
    for _ in range(1500):
        data = TEXT
        for _ in range(rng.choice((0, 1, 1, 2))):
            at = rng.randrange(len(data) + 1)
            data = data[:at] + rng.choice(PIECES) + data[at + rng.choice((0, 0, 1, 3)) :]
        (tmp_path / "a.xml").write_bytes(data)
        found = read_plain(data)
        n_plain += found is not None
        assert found is None or found == carefully(tmp_path / "a.xml", monkeypatch), data
    assert n_plain > 300


def test_lines_are_those_of_the_file() -> None:
    root = read_plain(TEXT)
    assert root is not None
    assert [(node.name, node.line) for node in root.walk()] == [
        ("annotation", 2),
        ("filename", 3),
        ("size", 3),
        ("object", 4),
        ("name", 5),
        ("box", 5),
        ("x", 5),
        ("y", 7),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"<a>",
        b"<!DOCTYPE a><a/>",
        b"<a><!-- --></a>",
        b"<x:a/>",
        b"<a>&#10;</a>",
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_what_is_special_is_left_to_the_other_parser(data: bytes) -> None:
    assert read_plain(data) is None


def test_what_only_begins_tags_is_given_up_at_once() -> None:
    """Looked through from each of them to the end, it would take hours."""
    assert read_plain(b"<annotation>" + b"<" * 1_000_000) is None
    assert read_plain(b"<annotation>" + b"<a " * 300_000) is None
