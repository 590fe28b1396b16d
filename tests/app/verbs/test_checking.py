"""Checking a project in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from tests.core.checks.leaky_project import LeakyProject


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[LeakyProject]:
    made = LeakyProject(tmp_path)
    yield made
    made.close()


def call(leaky: LeakyProject, *words: str) -> int:
    return main(["--home", str(leaky.services.home.root), *words])


def test_problems_are_the_exit_status_and_repairs_are_named(
    leaky: LeakyProject, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(leaky, "check", "Leaky", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    found = {one["id"]: one for one in answer["findings"]}
    first, second = (set(found["alike-across-sets"]["images"][start : start + 2]) for start in (0, 2))
    assert first == {"train/book0_p001.jpg", "test/saved anew.jpg"}
    assert second == {"train/book0_p002.jpg", "test/smaller.png"}
    assert found["alike-across-sets"]["groups"] == [0, 2]
    assert answer["problems"] >= 3
    assert call(leaky, "check", "Leaky", "--repair", "alike-across-sets", "--repair", "copies-across-sets") == 1
    out = capsys.readouterr().out
    assert "Repaired (alike-across-sets): Gives 2 images the tag" in out
    assert "[groups-across-sets]" in out and "[alike-across-sets]" not in out
    assert call(leaky, "check", "Leaky", "--repair", "alike-across-sets") == 1
    assert 'no finding "alike-across-sets"' in capsys.readouterr().err
    assert call(leaky, "check", "nobody") == 1


def test_a_dataset_is_checked_by_its_name(leaky: LeakyProject, capsys: pytest.CaptureFixture[str]) -> None:
    leaky.services.dataset_editing.create(leaky.project, "Seals")
    assert call(leaky, "check", "Leaky", "--dataset", "Seals", "--no-pictures", "--no-files") == 1
    out = capsys.readouterr().out
    assert "[class-names]" in out and "[few-examples]" not in out
    assert "Not checked: The files were not looked at." in out
    assert "0 images checked" in out
    assert "Not checked: No image has an annotation" in out and "Each class has enough examples" not in out
    assert call(leaky, "check", "Leaky", "--dataset", "nothing") == 1
    assert 'no dataset "nothing"' in capsys.readouterr().err


def test_a_dataset_is_checked_by_its_name_alone_where_that_says_which(
    leaky: LeakyProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = leaky.services.dataset_editing.create(leaky.project, "Seals").value.dataset
    looked_at = ("--no-pictures", "--no-files", "--json")
    call(leaky, "check", "Seals", *looked_at)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["project"], answer["dataset"]) == (leaky.project, made)
    assert call(leaky, "check", "nobody") == 1
    assert 'There is no project and no dataset "nobody".' in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "other" / "1.png")
    assert call(leaky, "import", str(tmp_path / "other"), "--project", "Other") == 0
    assert call(leaky, "dataset", "create", "Other", "Seals") == 0
    capsys.readouterr()
    assert call(leaky, "check", "Seals", *looked_at) == 1
    assert 'More than one project has a dataset "Seals": Leaky, Other.' in capsys.readouterr().err


def test_nothing_is_repaired_where_one_of_the_wished_repairs_cannot_be_made(
    leaky: LeakyProject, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(leaky, "check", "Leaky", "--repair", "copies-across-sets", "--repair", "turned-images") == 1
    assert 'There is no finding "turned-images" to repair.' in capsys.readouterr().err
    assert call(leaky, "check", "Leaky", "--repair", "copies-across-sets", "--repair", "few-examples") == 1
    assert "without a person" in capsys.readouterr().err
    assert not any(leaky.services.tags.count(leaky.project).values())


def test_a_repair_that_is_wished_twice_is_made_once(leaky: LeakyProject, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(leaky, "check", "Leaky", "--json", "--repair", "copies-across-sets", "--repair", "copies-across-sets")
    assert json.loads(capsys.readouterr().out)["repaired"] == ["copies-across-sets"]
    assert leaky.services.tags.count(leaky.project)["exclude"] == 1
