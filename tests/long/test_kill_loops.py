"""Kills at seeded moments, on real processes: afterwards runs, models and verify agree, and nothing is left or lost.

pytest -m long -s tests/long/test_kill_loops.py            50 kills of each kind; about a quarter of an hour
CALQUE_KILLS=5 pytest -m long -s tests/long ...            fewer
CALQUE_KILL_SEED=1                                         other moments
"""

from __future__ import annotations

import os
import sys
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

sys.path.append(str(Path(__file__).parent))

from kill_desk import KillDesk, end

from app.services import open_services
from core.models.weights_store import verify
from core.runs.folder.layout import RunLayout

KILLS = int(os.environ.get("CALQUE_KILLS", "50"))
SEED = int(os.environ.get("CALQUE_KILL_SEED", "0"))
FATAL = Path(__file__).parents[1] / "core" / "training" / "fatal"
LONGEST_S = 2.5
"""From the first sign of the process that is to be killed; the trainings take about as long."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Eight training, four validation and four test images with a box each, in YOLO's layout."""
    folder = tmp_path / "images of a person"
    number = 0
    for split, count in (("train", 8), ("val", 4), ("test", 4)):
        (folder / split).mkdir(parents=True)
        for _ in range(count):
            number += 1
            Image.new("RGB", (64, 48), (number * 11 % 256, 90, number * 5 % 256)).save(folder / split / f"{number}.jpg")
            (folder / split / f"{number}.txt").write_text("0 0.5 0.5 0.4 0.4\n")
    (folder / "data.yaml").write_text("train: train\nval: val\ntest: test\nnames:\n  0: disc\n")
    return folder


@pytest.fixture
def desk(tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> KillDesk:
    return KillDesk(tmp_path / "home", images, SEED)


def tell(desk: KillDesk, what: str, began_at: float) -> None:
    took = time.monotonic() - began_at
    print(f"\n{what}: {KILLS} kills in {took:.0f} s, {dict(desk.outcomes)}")


@pytest.mark.parametrize("whom", ["child", "warden"])
def test_killed_at_work(desk: KillDesk, whom: str) -> None:
    began_at = time.monotonic()
    assert desk.call("import", desk.images, "--project", "P") == 0
    for _ in range(KILLS):
        with open_services(desk.home) as services:
            run = desk.train(services)
            desk.begin(services, run)
            desk.wait(lambda run=run: (found := desk.occupant(run)) is not None and found.child is not None)
            time.sleep(desk.random.uniform(0, LONGEST_S))
            found = desk.occupant(run)
            assert found is not None
            end(found.child if whom == "child" else found.warden)
            desk.wait_until_left(run)
            desk.count(services, run)
        desk.judge()
    desk.judge_by_verbs()
    desk.judge_by_retries()
    tell(desk, whom, began_at)


@pytest.mark.parametrize("parent", ["command line", "window"])
def test_the_parent_killed(desk: KillDesk, parent: str) -> None:
    """Its run goes on, and is taken in by whoever comes next."""
    began_at = time.monotonic()
    assert desk.call("import", desk.images, "--project", "P") == 0
    for _ in range(KILLS):
        with open_services(desk.home) as services:
            run = desk.train(services)
            # A window takes up what waits, as the command line's own training would.
            process = desk.start() if parent == "window" else desk.start("retry", run.id)
            desk.wait(RunLayout(run.folder).events_file.is_file)
            desk.kill_after(process, desk.random.uniform(0, LONGEST_S))
            desk.wait(RunLayout(run.folder).exit_file.is_file)
            desk.wait_until_left(run)
            desk.count(services, run)
        desk.judge()
    assert set(desk.outcomes) == {"Success"}
    desk.judge_by_verbs()
    tell(desk, f"parent, {parent}", began_at)


def test_killed_in_its_publication(desk: KillDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a file or an event of it."""
    began_at = time.monotonic()
    assert desk.call("import", desk.images, "--project", "P") == 0
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FATAL), os.environ.get("PYTHONPATH", "")]))
    for _ in range(KILLS):
        moment = desk.random.choice([f"files:{desk.random.randint(1, 40)}", f"events:{desk.random.randint(1, 5)}"])
        monkeypatch.setenv("CALQUE_TEST_KILL", moment)
        with open_services(desk.home) as services:
            run = desk.train(services, n_steps=1, delay_s=0.0)
            desk.begin(services, run)
            desk.wait(RunLayout(run.folder).exit_file.is_file)
            desk.wait_until_left(run)
            desk.count(services, run)
        desk.judge()
    monkeypatch.setenv("CALQUE_TEST_KILL", "")
    desk.judge_by_verbs()
    desk.judge_by_retries()
    tell(desk, "publication", began_at)


def test_an_import_killed(desk: KillDesk) -> None:
    """A project is there whole, or not at all; then it can be imported."""
    began_at = time.monotonic()
    assert desk.call("import", desk.images, "--project", "whole") == 0
    whole_s = time.monotonic() - began_at
    for number in range(KILLS):
        name = f"project {number}"
        process = desk.start("import", desk.images, "--project", name)
        desk.kill_after(process, desk.random.uniform(0.3, 1.1) * whole_s)
        with open_services(desk.home) as services:
            found = services.projects.find_project(name)
            desk.outcomes["there" if found else "not there"] += 1
            assert found is None or (found.n_images, found.n_annotations) == (16, 16)
        desk.judge()
    assert desk.call("import", desk.images, "--project", "the last") == 0
    desk.judge_by_verbs()
    tell(desk, "import", began_at)


@pytest.mark.parametrize("what", ["export", "export-data"])
def test_an_export_killed(desk: KillDesk, tmp_path: Path, what: str) -> None:
    """What was exported is there whole, or not at all; the next export sweeps what was left."""
    assert desk.call("import", desk.images, "--project", "P") == 0
    with open_services(desk.home) as services:
        run = desk.train(services)
        services.runs.carry_out(run.id, lambda _batch: None, lambda: False)
    target = tmp_path / "exports"
    target.mkdir()
    if what == "export":
        arguments: tuple[object, ...] = ("export", run.version)
    else:
        arguments = ("export-data", "--project", "P", "--format", "coco", "--copy-images")

    def call(name: str) -> tuple[object, ...]:
        return (*arguments[:2], target / name, *arguments[2:]) if what == "export" else (*arguments, target / name)

    began_at = time.monotonic()
    assert desk.call(*call("whole")) == 0
    whole_s = time.monotonic() - began_at
    for number in range(KILLS):
        name = f"{number}.zip" if what == "export" and number % 2 else str(number)
        desk.kill_after(desk.start(*call(name)), desk.random.uniform(0.3, 1.1) * whole_s)
        made = target / name
        desk.outcomes["there" if made.exists() else "not there"] += 1
        if made.suffix == ".zip" and made.exists():
            with zipfile.ZipFile(made) as archive:
                assert archive.testzip() is None
        elif made.exists() and what == "export":
            assert verify(made) == ()
        if not made.exists():
            assert desk.call(*call(name)) == 0
        assert [path.name for path in target.iterdir() if path.name.startswith(".")] == []
    desk.judge()
    desk.judge_by_verbs()
    tell(desk, what, began_at)
