from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from core.errors import FormatError
from core.formats.reading.xml_files import Node, read_xml, stream_attributes, stream_xml


def write(folder: Path, text: str) -> Path:
    path = folder / "a.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_elements_of_a_stream_are_those_of_the_whole(tmp_path: Path) -> None:
    inside = "".join(f'<x:image n="{n}">\n<box a="1">text<c/></box></x:image>\n<other/>' for n in range(3000))
    path = write(tmp_path, f'<?xml version="1.0"?>\n<root xmlns:x="urn:x" id="1">{inside}</root>')
    root, *children = stream_xml(path)
    whole = read_xml(path)
    assert root == Node("root", {"id": "1"}, whole.line)
    assert children == whole.children


@pytest.mark.parametrize("inside", ["", "text", "<a/>", "<a/><b/>"])
def test_short_streams(tmp_path: Path, inside: str) -> None:
    root, *children = stream_xml(write(tmp_path, f"<root>{inside}</root>"))
    assert root.name == "root" and [child.name for child in children] == [*inside.replace("text", "")[1::4]]


def test_attributes_alone_come_with_their_lines(tmp_path: Path) -> None:
    path = write(tmp_path, '<root k="v">\n<image n="1"><image n="inner"/></image>\n<track/><image n="2"/></root>')
    assert list(stream_attributes(path, {"image"})) == [
        ("root", {"k": "v"}, 1),
        ("image", {"n": "1"}, 2),
        ("image", {"n": "2"}, 3),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("<root><a/><b/>", "not valid XML at line 1"),
        ("<root>\n<a></b></root>", "not valid XML at line 2"),
        ("<!DOCTYPE root><root/>", "DOCTYPE"),
        ("<root>" + "<a>" * 300, "nested too deeply"),
        ("<root/><root/>", "not valid XML"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FormatError, match=words):
        list(stream_xml(path))
    with pytest.raises(FormatError, match=words):
        list(stream_attributes(path, {"a"}))


def test_a_long_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    path = write(tmp_path, "<root>" + f'<image name="{"a" * 2000}"><box/></image>\n' * 4000 + "</root>")
    tracemalloc.start()
    n = sum(1 for _ in stream_xml(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 4001 and peak < path.stat().st_size / 4
