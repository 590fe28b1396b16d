from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets import last_folders
from ui.widgets.last_folders import EXPORTS, IMPORTS, begin_with, start_where_last
from ui.widgets.save_dialog import ask_save_path, safe_file_name


@pytest.fixture
def kept() -> Iterator[dict[str, str]]:
    kept: dict[str, str] = {}
    begin_with({}, kept.__setitem__)
    yield kept
    last_folders._known.clear()
    last_folders._keep.clear()


def chosen(qtbot: QtBot, kind: str, path: Path | None) -> str:
    """Where a dialog of the kind starts; then `path` is chosen in it."""
    dialog = QFileDialog()
    qtbot.addWidget(dialog)
    start_where_last(dialog, kind)
    started = dialog.directory().absolutePath()
    if path is not None:
        dialog.fileSelected.emit(str(path))
    return started


def test_each_kind_starts_where_its_last_one_was_chosen(qtbot: QtBot, tmp_path: Path, kept: dict[str, str]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    chosen(qtbot, IMPORTS, tmp_path / "a" / "coco.json")
    chosen(qtbot, EXPORTS, tmp_path / "b" / "model.zip")
    assert chosen(qtbot, IMPORTS, None) == str(tmp_path / "a")
    assert chosen(qtbot, EXPORTS, None) == str(tmp_path / "b")
    assert kept == {IMPORTS: str(tmp_path / "a"), EXPORTS: str(tmp_path / "b")}


def test_what_was_kept_is_used_while_it_is_there(qtbot: QtBot, tmp_path: Path, kept: dict[str, str]) -> None:
    begin_with({IMPORTS: str(tmp_path), EXPORTS: str(tmp_path / "gone")}, kept.__setitem__)
    assert chosen(qtbot, IMPORTS, None) == str(tmp_path)
    assert chosen(qtbot, EXPORTS, None) != str(tmp_path / "gone")


def test_saving_is_remembered(qtbot: QtBot, tmp_path: Path, kept: dict[str, str]) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    saved: list[Path] = []
    dialog = ask_save_path(parent, "Save", "a.csv", "Tables (*.csv)", "csv", saved.append)
    dialog.fileSelected.emit(str(tmp_path / "a.csv"))
    assert (saved, kept) == ([tmp_path / "a.csv"], {EXPORTS: str(tmp_path)})
    dialog.close()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Page elements · V001", "Page elements V001"),
        ("YOLO | Pages (page) #3", "YOLO Pages (page) 3"),
        ("../../etc/passwd", "etc passwd"),
        ("Ærøskøbing: “1702”", "Ærøskøbing 1702"),
        (" · ", "calque"),
    ],
)
def test_proposed_names_are_plain(words: str, name: str) -> None:
    assert safe_file_name(words) == name
