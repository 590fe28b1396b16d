"""`calque trash` in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from core.trash.service import TrashService
from tests.core.judgements.predicted_shop import PredictedShop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


def test_images_and_projects_are_listed_restored_and_emptied(
    shop: PredictedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*words: str, code: int = 0) -> str:
        assert main(["--home", str(shop.home.root), *words]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    trash = TrashService(shop.registry)
    paths = ("train/00.jpg", "train/01.jpg", "val/00.jpg")
    trash.remove_images(shop.project, [shop.id_of(path) for path in paths])
    listed = json.loads(call("trash", "list", "Drawings", "--json"))
    assert sorted(one["path"] for one in listed["images"]) == sorted(paths)
    assert "Say which images" in call("trash", "restore", "Drawings", code=1)
    assert "is not in the trash" in call("trash", "restore", "Drawings", "nothing.jpg", code=1)
    assert call("trash", "restore", "Drawings", "train/00.jpg") == "1 image restored.\n"
    refused = call("trash", "empty", "Drawings", code=1)
    assert refused.startswith("2 images with ") and "--yes" in refused
    assert json.loads(call("trash", "empty", "Drawings", "val/00.jpg", "--yes", "--json"))["forgotten"] == 1
    assert json.loads(call("trash", "restore", "Drawings", "--all", "--json"))["restored"] == 1
    assert call("trash", "list", "Drawings") == "The trash is empty.\n"
    assert call("trash", "list") == "No project is in the trash.\n"

    shop.projects.remove_project(shop.project)
    assert json.loads(call("trash", "list", "--json"))["projects"][0]["name"] == "Drawings"
    assert "in the trash itself" in call("trash", "list", "Drawings", code=1)
    assert "is restored" in call("trash", "restore", "Drawings")
    shop.projects.remove_project(shop.project)
    assert "--yes" in call("trash", "empty", "Drawings", code=1)
    assert "forgotten; the files stay." in call("trash", "empty", "Drawings", "--yes")
    assert "none in the trash" in call("trash", "restore", "Drawings", code=1)
