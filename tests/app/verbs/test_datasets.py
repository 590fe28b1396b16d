"""`calque dataset` in a terminal, from the first image to a clone that is trained on next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from tests.core.judgements.predicted_shop import PredictedShop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def call(shop: PredictedShop, capsys: pytest.CaptureFixture[str]):
    def run(action: str, *words: str, code: int = 0) -> str:
        assert main(["--home", str(shop.home.root), "dataset", action, "Drawings", *words]) == code
        told = capsys.readouterr()
        return told.out + (told.err if code else "")

    return run


def data_of(text: str):
    return json.loads(text)


def test_images_of_several_sets_are_not_counted_as_more_images(shop: PredictedShop, call) -> None:
    call("create", "S", "--shared")
    n = data_of(call("fill", "S", "train", "--folder", "val", "--json"))["added"]
    assert f"{n} images, set by set" not in call("show", "S")
    call("fill", "S", "val", "--folder", "val")
    assert call("freeze", "S") == f'"S (V001)" is frozen, {2 * n} images, set by set.\n'


def test_a_dataset_lives_in_a_terminal(shop: PredictedShop, call) -> None:
    assert call("list") == "No dataset yet.\n"
    assert call("create", "D").startswith("D: open; train 0 images, val 0 images, test 0 images\n")
    assert "E-210" in call("create", "D", code=1)
    filled = data_of(call("fill", "D", "train", "--folder", "train", "--folder", "val", "--json"))
    n = filled["added"]
    assert filled["sets"][0]["images"] == n > 8
    assert "E-212" in call("fill", "D", "val", "--folder", "val", code=1)
    assert "E-525" in call("fill", "D", "val", "--folder", "nowhere", code=1)
    assert "not said which images" in call("fill", "D", "val", code=1)
    assert "--stated stands alone" in call("fill", "D", "train", "--stated", "train", "--remove", code=1)
    assert "W-532: No image of the project is chosen so." in call("fill", "D", "val", "--tag", "no such tag")
    moved = data_of(call("fill", "D", "test", "--where", '{"dir": "val"}', "--move", "--json"))
    assert moved["removed"] == moved["added"] == moved["sets"][2]["images"]
    counted = data_of(
        call("split", "D", "--shares", "train=60", "val=20", "test=20", "--seed", "4", "--dry-run", "--json")
    )
    assert (sum(counted["sets"].values()), counted["applied"]) == (n, False)
    assert set(counted["classes"]) == {"disc", "bar"}
    assert 'names the set "train" twice' in call("split", "D", "--shares", "train=50", "train=50", code=1)
    assert '"train" is no share of a set.' in call("split", "D", "--shares", "train", "val=50", code=1)
    assert "is split" in call("split", "D", "--shares", "train=60", "val=20", "test=20", "--seed", "4")
    assert [one["images"] for one in data_of(call("show", "D", "--json"))["sets"]] == list(counted["sets"].values())
    assert "Split: train 60, val 20, test 20, seed 4" in call("show", "D")
    assert f"train {counted['sets']['train']} images; annotations: disc" in call("show", "D")
    assert '0 images taken out of "val".\nW-532' in call("fill", "D", "val", "--tag", "no such tag", "--remove")
    assert call("freeze", "D").startswith('"D (V001)" is frozen')
    assert "E-221" in call("fill", "D", "train", "--all", code=1)
    assert "all are what was frozen" in call("verify", "V001")
    assert '"Clone of D" is a clone of "D (V001)"' in call("clone", "D")
    file = shop.images_root / "train/00.jpg"
    file.write_bytes(file.read_bytes() + b"\0")
    told = call("verify", "D", code=1)
    assert told.startswith("E-223: 1 file changed since D (V001) was frozen: train/00.jpg.")
    assert main(["--home", str(shop.home.root), "verify", "--images"]) == 1
    Image.new("RGB", (7, 5)).save(shop.images_root / "train/01.jpg")
    told = call("freeze", "Clone of D", code=1)
    assert "E-224: 1 file changed since the import, and what is drawn does not fit: train/01.jpg. Nothing was" in told
    assert "is 7 × 5 pixels now, not" in told
    assert data_of(call("list", "--json"))["datasets"][0]["state"] == "error"
    for name in ("train", "val", "test"):
        call("fill", "Clone of D", name, "--where", '{"filename": "train/01.jpg"}', "--remove")
    assert "1 image has changed since the import and is taken as it is now: train/00.jpg." in call(
        "freeze", "Clone of D"
    )
    call("delete", "Clone of D")
    assert [one["name"] for one in data_of(call("list", "--json"))["datasets"]] == ["D"]


def test_sets_are_proposed_and_named(call) -> None:
    made = data_of(call("create", "P", "--propose", "--json"))
    assert [(one["name"], one["images"] > 0) for one in made["sets"]] == [
        ("train", True),
        ("val", True),
        ("test", True),
    ]
    made = data_of(call("create", "S", "--set", "train", "--set", "dev=val", "--set", "rest", "--shared", "--json"))
    assert [(one["name"], one["role"]) for one in made["sets"]] == [
        ("train", "train"),
        ("dev", "val"),
        ("rest", "extra"),
    ]
    assert made["unique"] is False
    assert "is no role" in call("create", "T", "--set", "a=b", code=1)


def test_ratios_are_refused_in_words(call) -> None:
    call("create", "P", "--propose")
    assert "E-441" in call("split", "P", "--ratio", "0.123456", code=1)
    assert "E-440" in call("split", "P", "--ratio", "1", code=1)
    assert "E-520" in call("split", "P", "--shares", "train=70", "val=20", code=1)
    assert "needs a group in brackets" in call("split", "P", "--ratio", "0.8", "--group", "page", code=1)
    assert "E-430" not in call("split", "P", "--ratio", "0.8", "--group", "folder", "--allow-missing")
    assert "E-431" in call("freeze", "P", "--version", "a b", code=1)
