"""Retrying, killing, removing and renaming in a terminal, on real processes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from app.services import open_services
from core.domain.ids import RunId
from core.domain.imports import ImportSource
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from core.domain.training import TrainingDraft
from core.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def run(home: Home, tmp_path: Path) -> RunId:
    """A training that waits."""
    folder = tmp_path / "images"
    for number, split in enumerate(("train", "train", "train", "val", "val")):
        (folder / split).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), (number * 40, 90, 20)).save(folder / split / f"{number}.png")
        (folder / split / f"{number}.txt").write_text("0 0.5 0.5 0.4 0.4\n")
    (folder / "data.yaml").write_text("train: train\nval: val\nnames:\n  0: disc\n")
    with open_services(home) as services:
        project = services.imports.commit(ImportSource(folder), project_name="Shapes").project
        draft = TrainingDraft(
            project, name="A run", worker="fake", new_model_name="First", train_folders=("train",),
            val_folders=("val",), values={"n_steps": 30, "delay_s": 0.01},
        )  # fmt: skip
        return services.training.submit(draft).value.id


def call(home: Home, *words: str) -> int:
    return main(["--home", str(home.root), *words])


def status(home: Home, run: RunId) -> RunStatus:
    with open_services(home) as services:
        return services.runs.get_run(run).status


def begin(home: Home, run: RunId) -> None:
    """Until there is something to go on from."""
    with open_services(home) as services:
        services.runs.start(run)
        deadline = time.monotonic() + 60
        while not any(services.runs.get_run(run).folder.glob("checkpoints/*.ckpt")):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_killed_and_retried(home: Home, run: RunId, capsys: pytest.CaptureFixture[str]) -> None:
    begin(home, run)
    assert call(home, "kill", run) == 0
    assert "Aborted: Killed by you. Checkpoints up to epoch" in capsys.readouterr().out
    assert call(home, "kill", run) == 1

    assert call(home, "retry", run) == 0

    assert "Attempt 2 resumes from epoch" in capsys.readouterr().err
    with open_services(home) as services:
        record = services.runs.get_run(run)
        assert (record.status, record.attempt) == (RunStatus.SUCCESS, 2)
        assert record.version is not None
        assert services.models.get_version(record.version).status is VersionStatus.AVAILABLE
    assert call(home, "retry", run) == 1


def test_a_run_that_waits_for_nobody_is_started(home: Home, run: RunId) -> None:
    assert call(home, "retry", run) == 0
    assert status(home, run) is RunStatus.SUCCESS


def test_removed_with_its_files_or_without(home: Home, run: RunId, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(home, "remove", run) == 1
    assert "Stop the training before removing it." in capsys.readouterr().err
    assert call(home, "stop", run) == 0
    folder = home.runs / run
    assert call(home, "remove", run) == 0
    assert folder.is_dir()
    assert call(home, "runs", run) == 1

    assert call(home, "remove", run) == 1


def test_removed_with_its_files(home: Home, run: RunId) -> None:
    assert call(home, "stop", run) == 0
    assert call(home, "remove", run, "--files") == 0
    assert list(home.runs.iterdir()) == []


def test_everything_can_be_renamed(home: Home, run: RunId, capsys: pytest.CaptureFixture[str]) -> None:
    with open_services(home) as services:
        (model,) = services.models.list_models()
        (version,) = services.models.list_versions()
    assert call(home, "rename", run[:12], "Pages, once more") == 0
    assert call(home, "rename", version.id, "best") == 0
    assert call(home, "rename", "First", "Lines") == 0

    with open_services(home) as services:
        assert services.runs.get_run(run).name == "Pages, once more"
        assert services.models.get_model(model.id).name == "Lines"
        assert services.models.get_version(version.id).label == "V001 (best)"
    capsys.readouterr()
    assert call(home, "rename", "nothing", "x") == 1
    assert 'There is no run, model or version "nothing".' in capsys.readouterr().err
