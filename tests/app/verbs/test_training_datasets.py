"""Training on a dataset, on tags and on saved filters in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "core" / "training"))

from service_workshop import Shop

from app.cli import main
from core.datasets.editing import DatasetEditing
from core.domain.datasets import DatasetState
from core.domain.filters import Condition, Group, Operator
from core.domain.ids import DatasetId
from core.domain.projects import ImageFilter
from core.filters.service import FilterService


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("verbs"))
    yield made
    made.close()


def call(shop: Shop, *words: object) -> int:
    given = ("--project", "Drawings", "--worker", "fake", "--model", "Shapes", "--set", "n_steps=2", "--json")
    return main(["--home", str(shop.home.root), "train", *map(str, (*given, *words))])


def _dataset(shop: Shop) -> DatasetId:
    editing = DatasetEditing(shop.registry)
    id = editing.create(shop.project, "Pages").value.dataset
    for item in editing.get_dataset(id).sets:
        editing.fill(id, item.id, ImageFilter(shop.project, folders=(item.name,)))
    return id


def test_an_open_dataset_is_frozen_only_when_that_is_said(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    id = _dataset(shop)
    assert call(shop, "--dataset", "Pages") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "W-220"
    assert DatasetEditing(shop.registry).get_dataset(id).state is DatasetState.OPEN
    assert call(shop, "--dataset", "Pages", "--sets", "train", "--sets", "val", "--freeze") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "Success"
    assert list(told["metrics"]) == ["train", "val"]
    dataset = DatasetEditing(shop.registry).get_dataset(id)
    assert dataset.state is DatasetState.COMPLETE
    assert told["snapshot"] != dataset.snapshot  # the run's own holds what its task uses of it


def test_a_filter_is_named_or_written_as_json(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    FilterService(shop.registry).save(shop.project, "Mine", Group(items=(Condition("dir", Operator.EQ, "nowhere"),)))
    for words, code in (
        (("--filter", "Mine"), "E-524"),
        (("--filter", "Mien"), "E-529"),
        (("--filter", '{"dir": "train", "colour": 1}'), "E-530"),
        (("--filter", '{"dir": '), "E-531"),
        (("--filter", '{"annotations": {"$gt": 99}}'), "E-523"),
        (("--train", "train", "--val-filter", '{"dir": "train"}'), "E-152"),
        (("--tagged",), "E-523"),
        (("--train", "train", "--dataset", "Pages"), "E-528"),
    ):
        assert call(shop, *words) == 1, words
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code, words
