"""Describing and deleting in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.services import open_services
from core.home import Home
from tests.fixtures.old_home import OldHome, lay_out


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    return lay_out(tmp_path)


def call(old: OldHome, *words: str) -> int:
    return main(["--home", str(old.home), *words])


def test_everything_can_be_described(old: OldHome, capsys: pytest.CaptureFixture[str]) -> None:
    run, version = old.runs["success"], old.versions["success"]
    with open_services(Home(old.home)) as services:
        model = services.models.get_version(version).model  # type: ignore[arg-type]
    for id, text in ((run, "of a run"), (version, "of a version"), (model, "of a model")):
        assert call(old, "describe", id, text) == 0
    with open_services(Home(old.home)) as services:
        assert services.runs.get_run(run).description == "of a run"  # type: ignore[arg-type]
        assert services.models.get_version(version).description == "of a version"  # type: ignore[arg-type]
        assert services.models.get_model(model).description == "of a model"
    assert call(old, "describe", run, "x" * 10_001) == 1
    assert "longer than 10,000" in capsys.readouterr().err


def test_versions_and_models_are_deleted_runs_are_not(old: OldHome, capsys: pytest.CaptureFixture[str]) -> None:
    version = old.versions["outlines"]
    assert call(old, "delete", version, "--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == version
    assert call(old, "delete", old.runs["success"]) == 1
    assert "calque remove" in capsys.readouterr().err
    with open_services(Home(old.home)) as services:
        assert services.models.get_version(version).is_deleted  # type: ignore[arg-type]
        kept = len(services.models.list_models())
        name = next(model.name for model in services.models.list_models() if model.n_versions == 0)
    assert call(old, "delete", name) == 0
    with open_services(Home(old.home)) as services:
        assert len(services.models.list_models()) == kept - 1


def test_one_version_of_a_model_is_the_current_one(old: OldHome, capsys: pytest.CaptureFixture[str]) -> None:
    def current() -> list[str]:
        with open_services(Home(old.home)) as services:
            return [str(one.id) for one in services.models.list_versions() if one.is_current]

    version = old.versions["outlines"]
    assert current() == []
    assert call(old, "current", version) == 0
    assert "is the current version now." in capsys.readouterr().out
    assert current() == [version]
    assert call(old, "models", version) == 0
    assert "Available, current" in capsys.readouterr().out
    assert call(old, "current", version, "--off") == 0
    assert current() == []
    assert call(old, "current", version) == 0
    assert call(old, "delete", version) == 0
    assert current() == []
    assert call(old, "current", "nothing-like-it") == 1
    assert "There is no model version" in capsys.readouterr().err
