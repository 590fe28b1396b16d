"""`calque filter` and `calque tag` in a terminal."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from tests.core.judgements.predicted_shop import PredictedShop

FREE = "train/unlabelled.jpg"
WHERE = '{"dir": "train", "annotated": true}'


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def call(shop: PredictedShop, capsys: pytest.CaptureFixture[str]):
    def run(*words: str, code: int = 0) -> str:
        assert main(["--home", str(shop.home.root), *words]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def test_a_filter_is_kept_shown_listed_renamed_and_deleted(call, tmp_path: Path) -> None:
    assert "In train, annotated:" in call("filter", "save", "Drawings", "learn", "--where", WHERE)
    answer = json.loads(call("filter", "show", "Drawings", "learn", "--images", "--json"))
    assert (answer["words"], answer["json"]) == (
        "in train, annotated",
        {"$and": [{"dir": "train"}, {"annotated": True}]},
    )
    assert answer["n_images"] == len(answer["images"]) > 0
    assert FREE not in answer["images"]
    file = tmp_path / "filter.json"
    file.write_text('{"filter": {"dir": "val"}}')
    assert "in val" in call("filter", "show", "Drawings", "--where", str(file)).casefold()
    assert "exists already" in call("filter", "save", "Drawings", "learn", "--where", str(file), code=1)
    call("filter", "save", "Drawings", "learn", "--where", str(file), "--replace")
    call("filter", "rename", "Drawings", "learn", "check")
    (listed,) = json.loads(call("filter", "list", "Drawings", "--json"))["filters"]
    assert (listed["name"], listed["words"]) == ("check", "in val")
    call("filter", "delete", "Drawings", "check")
    assert call("filter", "list", "Drawings") == "None.\n"


def test_a_filter_that_nothing_passes_is_told(call) -> None:
    told = call("filter", "show", "Drawings", "--where", '{"width": {"$gt": 99999}}')
    assert "W-532: The filter matches nothing." in told
    answer = json.loads(call("filter", "show", "Drawings", "--where", '{"width": {"$gt": 99999}}', "--json"))
    assert answer["warnings"][0]["code"] == "W-532"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ('{"dir": "gone"}', 'E-524: Filter refers to "gone", which no longer exists.'),
        ('{"label": "gone"}', "E-524"),
        ('{"colour": "red"}', 'E-530: Unknown field or operator "colour" at line 1, column 2.'),
        ('{"dir" "a"}', "E-531: Not valid JSON at line 1, column 8."),
        ("nofile.json", "E-531"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(call, where: str, words: str) -> None:
    assert words in call("filter", "save", "Drawings", "x", "--where", where, code=1)
    assert call("filter", "list", "Drawings") == "None.\n"


def test_images_are_tagged_listed_and_written_to_a_table(call, tmp_path: Path) -> None:
    assert "2 images now have" in call("tag", "Drawings", "add", "exclude", "train/00.jpg", FREE)
    call("tag", "Drawings", "remove", "exclude", FREE)
    assert "exclude: 1 image" in call("tag", "Drawings")
    assert call("tag", "Drawings", "list", "exclude") == "train/00.jpg\n"
    file = tmp_path / "tags.csv"
    call("tag", "Drawings", "list", "--csv", str(file))
    assert len(file.read_text("utf-8-sig").splitlines()) == 2
    assert file.read_bytes().startswith(codecs.BOM_UTF8)  # else spreadsheets misread "é"
    assert "E-110" in call("tag", "Drawings", "add", " ", FREE, code=1)
    assert "not an image" in call("tag", "Drawings", "add", "exclude", "no such.jpg", code=1)
    assert "Say which images" in call("tag", "Drawings", "add", "exclude", code=1)
    assert "Say which images" in call("tag", "Drawings", "add", "exclude", FREE, "--all", code=1)


def test_images_are_shared_out_and_those_without_are_listed(call) -> None:
    call("filter", "save", "Drawings", "learn", "--where", WHERE)
    words = ("tag", "Drawings", "split", "--filter", "learn", "--parts", "50", "25", "25", "--json")
    foreseen = json.loads(call(*words, "--dry-run"))
    assert json.loads(call("tag", "Drawings", "--json"))["tags"]["train"] == 0
    done = json.loads(call(*words))
    assert (done["numbers"], done["kept"]) == (foreseen["numbers"], 0)
    assert sum(done["numbers"].values()) == done["images"]
    assert json.loads(call(*words, "--keep", "--dry-run"))["kept"] == done["images"]
    untagged = json.loads(call("tag", "Drawings", "list", "--untagged", "--json"))["images"]
    assert FREE in untagged
    assert not any(path.startswith("train/0") for path in untagged)
    assert "E-520" in call("tag", "Drawings", "split", "--all", "--parts", "80", "10", "9", code=1)
    assert "W-532" in call("tag", "Drawings", "split", "--where", '{"annotations": {"$gt": 999}}')


def test_a_file_that_is_not_there_or_is_no_text_is_named(call, tmp_path: Path) -> None:
    assert "E-531: Not valid JSON at line 1, column 1, and no file has this name." in call(
        "filter", "show", "Drawings", "--where", "gone.json", code=1
    )
    assert "Is a directory" in call("filter", "show", "Drawings", "--where", str(tmp_path), code=1)


def test_a_renamed_filter_is_told_by_the_name_that_it_has(call) -> None:
    call("filter", "save", "Drawings", "learn", "--where", WHERE)
    assert json.loads(call("filter", "rename", "Drawings", "learn", " to   check", "--json")) == {"filter": "to check"}
