"""The weights shelf in the window: real files on a real home, every question answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.shelf import ShelfController
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.home import Home
from core.models.service import ModelService
from core.models.starters import StarterCatalog
from core.registry.database import Registry
from core.runs.service import RunService
from core.shelf.service import ShelfService
from core.workers.catalog import WorkerCatalog
from ui.shelf.shelf_page import ShelfPage


class Desk:
    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.home = Home(folder / "home")
        self.home.ensure()
        self.registry = Registry(self.home.registry_file, self.home.backups)
        self.registry.open()
        models = ModelService(self.registry, self.home.models)
        runs = RunService(self.registry, self.home.runs, self.home.devices)
        starters = StarterCatalog(folder / "none")
        self.shelf = ShelfService(models, runs, WorkerCatalog(), self.home.weights, starters=starters)
        self.page = ShelfPage()
        qtbot.addWidget(self.page)
        self.page.show()
        self.jobs = JobRunner()
        self.controller = ShelfController(shelf=self.shelf, jobs=self.jobs, page=self.page)
        self.said: list[UserMessage] = []
        self.controller.message_raised.connect(self.said.append)

    def titles(self) -> list[str]:
        index = self.page.table.model()
        return [index.index(row, 0).data() for row in range(index.rowCount())]

    def rest(self) -> None:
        self.qtbot.waitUntil(lambda: self.jobs.n_busy == 0, timeout=20_000)

    def answer(self, verb: str) -> None:
        box = self.page.findChildren(QMessageBox)[-1]
        next(button for button in box.findChildren(QPushButton) if button.text() == verb).click()
        self.rest()


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(tmp_path, qtbot)
    yield made
    assert made.jobs.shutdown()
    made.registry.close()


def test_a_file_is_added_verified_described_and_removed_after_questions(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "own.pt"
    torch.save({"weights": torch.ones(2)}, file)
    desk.controller.show_list()
    desk.rest()
    desk.page.files_given.emit((file,))
    assert not (desk.home.weights / "own.pt").exists(), "the person is asked first"
    desk.answer("Add")
    assert (desk.home.weights / "own.pt").is_file()
    chosen = desk.page.chosen()
    assert chosen is not None and chosen.title == "own.pt"
    desk.page.details.verify_requested.emit(chosen)
    desk.rest()
    assert desk.said[-1].text == "1 set of weights verified: as they were."
    (desk.home.weights / "own.pt").write_bytes(b"altered")
    desk.page.details.verify_requested.emit(chosen)
    desk.rest()
    assert "is not what it was" in desk.said[-1].text and desk.said[-1].severity is Severity.ERROR
    desk.page.details.remove_requested.emit(chosen)
    desk.answer("Remove")
    assert "own.pt" not in desk.titles()
    assert desk.said[-1].text == "“own.pt” was removed."


def test_a_refused_file_is_told_and_nothing_is_kept(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "bad.pt"
    file.write_bytes(b"hello")
    desk.page.files_given.emit((file,))
    desk.answer("Add")
    assert desk.said[-1].severity is Severity.ERROR and "cannot be read as weights" in desk.said[-1].text
    assert list(desk.home.weights.iterdir()) == []
