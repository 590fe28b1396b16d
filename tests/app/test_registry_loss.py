"""A window on a home whose registry is gone: it asks, and carries the answer out."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.build import Application
from app.registry_loss import RegistryRescue
from app.services import open_services
from app.settings import SettingsStore
from core.home import Home
from tests.fixtures.old_home import OldHome, lay_out
from ui.projects.loss_dialog import LossDialog

PATIENCE_MS = 60_000


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    return lay_out(tmp_path)


def open_window(old: OldHome, qtbot: QtBot) -> tuple[Application, RegistryRescue]:
    application = Application(Home(old.home), SettingsStore(old.home / "settings.json"))
    qtbot.addWidget(application.window)
    application.show()
    qtbot.waitUntil(lambda: application.rescue is not None, timeout=PATIENCE_MS)
    assert application.rescue is not None
    return application, application.rescue


def lose(old: OldHome) -> None:
    for file in old.home.glob("registry.db*"):
        file.unlink()


def test_a_copy_is_restored_and_what_was_made_since_is_listed(old: OldHome, qtbot: QtBot) -> None:
    with open_services(Home(old.home)) as services:
        everything = {record.id for record in services.runs.list_runs()}
        gone = next(record for record in services.runs.list_runs() if record.status.is_terminal)
        services.runs.remove(gone.id, with_files=False)
        services.registry.back_up()
    lose(old)
    application, rescue = open_window(old, qtbot)
    try:
        with qtbot.waitSignal(application.ready, timeout=PATIENCE_MS):
            rescue.dialog._restore.click()
        assert application.features is not None
        listed = {record.id for record in application.features.services.runs.list_runs()}
        assert listed == everything
    finally:
        application.shutdown()


def test_without_a_copy_runs_and_versions_are_listed_anew(old: OldHome, qtbot: QtBot) -> None:
    for file in (old.home / "backups").glob("*"):
        file.unlink()
    lose(old)
    application, rescue = open_window(old, qtbot)
    try:
        assert rescue.dialog._restore.isHidden()
        with qtbot.waitSignal(application.ready, timeout=PATIENCE_MS):
            rescue.dialog._reindex.click()
        assert application.features is not None
        assert len(application.features.services.runs.list_runs()) > 5
    finally:
        application.shutdown()


def test_a_refused_wish_keeps_the_question_open_and_leaving_makes_nothing(old: OldHome, qtbot: QtBot) -> None:
    with open_services(Home(old.home)) as services:
        backup = services.registry.back_up()
    lose(old)
    backup.path.write_bytes(b"damage")
    application, rescue = open_window(old, qtbot)
    try:
        dialog: LossDialog = rescue.dialog
        dialog._restore.click()
        assert not dialog._buttons.isEnabled()
        qtbot.waitUntil(lambda: dialog._buttons.isEnabled(), timeout=PATIENCE_MS)
        assert "damaged itself" in dialog._problem.text()
        with qtbot.waitSignal(application.settled, timeout=PATIENCE_MS):
            dialog.reject()
        assert not (old.home / "registry.db").exists()
        assert application.features is None
    finally:
        application.shutdown()
