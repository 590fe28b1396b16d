"""Frozen data are trained on as they were, or not at all: a byte changes, and a clone is the way on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from core.datasets.editing import DatasetEditing
from core.domain.snapshots import Split
from core.images.hashing import sha256_of
from tests.core.training.service_workshop import Shop

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def call(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*words: str, code: int = 0) -> dict[str, Any]:
        ended = main(["--home", str(shop.home.root), *words, "--json"])
        printed = capsys.readouterr()
        assert ended == code, printed
        told: dict[str, Any] = json.loads(printed.out)
        return told | {"notes": printed.err}

    return run


@pytest.fixture
def frozen(call: Call) -> None:
    call("dataset", "create", "Drawings", "Pages", "--propose")
    call("dataset", "freeze", "Drawings", "Pages")


def _train(call: Call, dataset: str, *more: str, code: int = 0) -> dict[str, Any]:
    words = ("--project", "Drawings", "--worker", "fake", "--model", "Shapes", "--set", "n_steps=2")
    return call("train", *words, "--dataset", dataset, *more, code=code)


def _change_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_changed_byte_is_refused_by_name_and_a_clone_is_frozen_and_trained(
    shop: Shop, call: Call, frozen: None
) -> None:
    file = shop.images_root / "train/03.jpg"
    _change_a_byte(file)

    verified = call("dataset", "verify", "Drawings", "Pages", code=1)
    assert [problem["file"] for problem in verified["problems"]] == ["train/03.jpg"]
    refused = _train(call, "Pages", code=1)["error"]
    assert refused["code"] == "E-223"
    assert refused["text"] == (
        "1 file changed since Pages (V001) was frozen: train/03.jpg. Restore them or freeze a clone."
    )
    assert not shop.runs.list_runs()

    call("dataset", "clone", "Drawings", "Pages")
    clone = call("dataset", "freeze", "Drawings", "Clone of Pages")
    assert (clone["state"], clone["version"]) == ("complete", "V002")
    assert [(problem["code"], problem["file"]) for problem in clone["problems"]] == [("W-224", "train/03.jpg")]
    assert _train(call, "V002")["status"] == "Success"
    (run,) = shop.runs.list_runs()
    trained = {image.path: image.sha256 for image in shop.datasets.open(run.snapshot).images([Split.TRAIN])}
    assert trained["train/03.jpg"] == sha256_of(file)
    assert _train(call, "Pages", code=1)["error"]["code"] == "E-223"


def test_a_training_on_the_clone_freezes_it_on_the_way(shop: Shop, call: Call, frozen: None) -> None:
    _change_a_byte(shop.images_root / "train/03.jpg")
    call("dataset", "clone", "Drawings", "Pages")
    clone = DatasetEditing(shop.registry).find_dataset("Clone of Pages", shop.project)
    assert clone is not None
    draft = replace(shop.draft(train_folders=(), val_folders=(), test_folders=()), dataset=clone.id)
    review = shop.training.review(draft, looks_at_files=True)
    assert review.can_start
    (told,) = [issue.text for issue in review.issues if issue.code == "W-224"]
    assert told.startswith("1 file changed since the import: train/03.jpg. Start freezes it as it is now")
    told = _train(call, "Clone of Pages", "--freeze")
    assert told["status"] == "Success"
    assert "W-224: 1 image has changed since the import and is taken as it is now: train/03.jpg." in told["notes"]
    dataset = DatasetEditing(shop.registry).find_dataset("V002", shop.project)
    assert dataset is not None
    assert [problem.file for problem in dataset.problems] == ["train/03.jpg"]
