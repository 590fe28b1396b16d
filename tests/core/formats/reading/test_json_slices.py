"""Slices of JSON files say what a parser of the whole says, whatever lies at their seams."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.errors import FormatError
from core.formats.reading import json_slices
from core.formats.reading.json_files import element_lines
from core.formats.reading.json_slices import Member, Place, Slice, as_records, lines_of, read_list, read_slices


class Entry(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    a: int
    b: str


decode = msgspec.json.Decoder(list[Entry]).decode


def read(path: Path) -> tuple[dict[str | None, Any], dict[str, dict[int, Place]]]:
    """What the slices say together, and where those of the arrays lie."""
    found: dict[str | None, Any] = {}
    places: dict[str, dict[int, Place]] = {}
    for item in read_slices(path, {"x": decode, "y": decode}):
        if isinstance(item, Member):
            found[item.key] = item.value
            places[item.key or ""] = {}
        else:
            assert item.first == len(found[item.key])
            values = item.records if item.values is None else map(msgspec.to_builtins, item.values)
            found[item.key] = [*found[item.key], *(values or ())]
            places[item.key][item.first] = item.place
    return found, places


def an_element(chance: random.Random) -> Any:
    text = chance.choice(["", "}, {", "\\", '"', '\\"},{"', "x]", "[{", "é", "\\\\", "\ud800"])
    odd = ([1, [2, {"a": 3}]], {"z": [{"a": 1}, {"a": 2}]}, None, float("nan"), {"a": 1.5}, {"b": text}, 10**400)
    return {"a": chance.randrange(100), "b": text} if chance.random() < 0.6 else chance.choice(odd)


@pytest.mark.parametrize("n_bytes", [64, 300, 4096])
def test_slices_say_what_the_whole_says_and_know_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int
) -> None:
    monkeypatch.setattr(json_slices, "_PIECE", n_bytes)
    monkeypatch.setattr(json_slices, "_TOGETHER", 3)
    path = tmp_path / "a.json"
    for seed in range(60):
        chance = random.Random(seed)
        document: dict[str, Any] = {
            key: [an_element(chance) for _ in range(chance.randrange(40))] for key in chance.sample(["x", "y"], 2)
        }
        document["info"] = {"text": '"], {', "more": [an_element(chance)]}
        indent = chance.choice([None, 1, "\t"])
        text = json.dumps(document, indent=indent)
        path.write_text(text, encoding=chance.choice(["utf-8", "utf-8-sig", "utf-16"]))
        found, places = read(path)
        assert json.dumps(found, sort_keys=True) == json.dumps(document, sort_keys=True)
        for key in ("x", "y"):
            of_elements = lines_of(path, places[key], range(len(document[key])))
            assert of_elements == element_lines(text, key, range(len(document[key])))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("{", "line 1, column 2: Expecting property name"),
        ('{"x"', "Expecting property name"),
        ('{"x":', "column 6: Expecting value"),
        ('{"x":\n[', "line 2, column 2: Expecting value"),
        ('{"x":[1', "column 8: Expecting ',' delimiter"),
        ('{"x":[1,]}', "column 9: Expecting value"),
        ('{"x":[,1]}', "column 7: Expecting value"),
        ('{"x":[{"a":1,"b":""} {"a":2}]}', "column 22: Expecting ',' delimiter"),
        ('{"x":[]}}', "column 9: Extra data"),
        ('{"x":[1}', "column 8: Expecting ',' delimiter"),
        ('{"x":[1]],"y":2}', "column 9: Expecting ',' delimiter"),
        ('{"x":{"a":[1,2}', "column 15: Expecting ',' delimiter"),
        ('{"a":1,}', "column 8: Expecting property name"),
        ('{"x":["aaaa', "Unterminated string"),
        ('{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"x": [' + "[" * 200_000, "nested too deeply"),
        ('{"x": [' + "9" * 10_000 + "]}", "a number that cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read(path)
    assert words in caught.value.text


def test_an_entry_without_end_is_refused_and_not_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"y": [],\n"x": ["' + "a" * 40_000_000 + '"]}')
    with pytest.raises(FormatError, match=r"entry of more than .* at line 2"):
        read(path)


def test_bytes_that_are_no_text_come_as_names_on_a_disk_do(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"x": [{"a": 1, "b": "caf\xe9"}]}')
    assert read(path)[0] == {"x": [{"a": 1, "b": "caf\udce9"}]}


def test_of_a_key_that_comes_twice_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"x": [{"a": 1, "b": "c"}], "x": [2]}')
    assert read(path)[0] == json.loads(path.read_text())


def lists(path: Path) -> list[Any]:
    found: list[Any] = []
    for part in read_list(path, as_records):
        found += [part.value] if isinstance(part, Member) else part.values or part.records or []
    return found


@pytest.mark.parametrize("n", [0, 1, 1000, 60_000])
def test_a_long_list_comes_in_slices(tmp_path: Path, n: int) -> None:
    path = tmp_path / "a.json"
    records = [{"a": number, "b": [{"c": "},{"}]} for number in range(n)]
    path.write_text(json.dumps(records))
    assert lists(path) == records
    assert all(isinstance(part, Slice) for part in read_list(path, as_records))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[1] 2", "Extra data"),
        ("[1, 2", "delimiter"),
        ("[1,]", "Expecting value"),
        ("x", "Expecting"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=words):
        lists(path)


def test_what_is_no_list_comes_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('\ufeff {"a": [1]}', encoding="utf-8")
    assert lists(path) == [{"a": [1]}]
