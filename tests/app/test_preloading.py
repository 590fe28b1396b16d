"""What is loaded in the background after the start, and that the start is told when that is done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import preloading
from app.jobs import JobRunner
from app.preloading import FOR_CURVES, FOR_FIRST_CLICKS, Preloading
from app.services import Services, build_services
from core.domain.messages import UserMessage
from core.home import Home
from core.images.thumbnail_pack import PictureKey


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(Home(tmp_path / "home"))
    yield services
    services.close()


@pytest.fixture
def jobs(qapp: object) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    assert jobs.shutdown()


def test_everything_named_is_loaded_and_the_end_is_told(qtbot: QtBot, services: Services, jobs: JobRunner) -> None:
    loading = Preloading(services, jobs)
    with qtbot.waitSignal(loading.ended, timeout=60_000):
        loading.start()
    assert set(FOR_FIRST_CLICKS) <= sys.modules.keys()
    qtbot.waitUntil(lambda: jobs.n_busy == 0, timeout=60_000)  # thumbnails are tidied
    loading.load_curves()
    loading.load_curves()
    assert jobs.n_busy == 1
    qtbot.waitUntil(lambda: jobs.n_busy == 0, timeout=60_000)
    assert FOR_CURVES in sys.modules


def test_what_cannot_be_loaded_is_told_and_the_start_goes_on(
    qtbot: QtBot,
    services: Services,
    jobs: JobRunner,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(preloading, "FOR_FIRST_CLICKS", ("app.no_such_module",))
    said: list[UserMessage] = []
    loading = Preloading(services, jobs)
    loading.message_raised.connect(said.append)
    with qtbot.waitSignal(loading.ended, timeout=60_000):
        loading.start()
    assert "no_such_module" in said[0].text


def test_a_window_that_closes_at_once_does_not_wait_for_the_rest(
    qtbot: QtBot, services: Services, jobs: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def load(name: str) -> None:
        loaded.append(name)
        jobs._jobs[next(iter(jobs._jobs))][0].cancel()  # the window closes while the first is being loaded

    monkeypatch.setattr(preloading, "import_module", load)
    loading = Preloading(services, jobs)
    with qtbot.assertNotEmitted(loading.ended, wait=200):
        loading.start()
        qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert loaded == [FOR_FIRST_CLICKS[0]]


def test_the_limit_of_thumbnails_takes_force_at_once(
    qtbot: QtBot, services: Services, jobs: JobRunner, tmp_path: Path
) -> None:
    for n in range(60):
        assert services.thumbnails._pack.put(PictureKey(n.to_bytes(32, "big"), 0, 256), bytes(1_000_000))
    services.settings.set(thumbnails_mb=50)
    Preloading(services, jobs).tidy_thumbnails()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert services.thumbnails.n_bytes == 50_000_000
