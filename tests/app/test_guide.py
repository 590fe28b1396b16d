"""The guide and the table that leads to it: every page exists, every link and picture in it too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.guide import GUIDE_PAGES, PAGE_OF_WIDGET, PAGE_OF_WINDOW_PAGE, guide_folder, page_for
from ui.help.guide_window import GuideWindow
from ui.imports.reports_dialog import ReportsDialog

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_names_every_page_of_the_guide_and_no_other() -> None:
    """Those of the single formats apart, to which the page about formats leads."""
    pages = {file.name for file in guide_folder().glob("*.md") if not file.name.startswith("format-")}
    assert {file for file, _title in GUIDE_PAGES} == pages
    named = {*PAGE_OF_WINDOW_PAGE.values(), *PAGE_OF_WIDGET.values()}
    assert named <= {file for file, _title in GUIDE_PAGES}


def test_every_widget_of_the_table_is_a_class_of_the_window() -> None:
    classes = {
        name for file in (ROOT / "ui").rglob("*.py") for name in re.findall(r"^class (\w+)", file.read_text(), re.M)
    }
    assert [name for name in PAGE_OF_WIDGET if name not in classes] == []


@pytest.mark.parametrize("file", sorted(guide_folder().glob("*.md")), ids=lambda file: file.name)
def test_what_a_page_points_to_is_there(file: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (file.parent / t).is_file()] == []


def test_the_guide_goes_into_the_wheel() -> None:
    assert '"docs/guide" = "resources/guide"' in (ROOT / "pyproject.toml").read_text()


def test_the_page_is_that_of_what_has_the_keyboard(qtbot: QtBot) -> None:
    class ImportDialog(QDialog):
        pass

    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    field = QLineEdit()
    QVBoxLayout(dialog).addWidget(field)
    assert page_for(field, "start") == "import.md"
    reports = ReportsDialog("Pages")
    qtbot.addWidget(reports)
    assert page_for(reports._list, "project") == "import.md"
    assert page_for(QWidget(), "runs") == "runs.md"
    assert page_for(None, "no such page") == "README.md"


def test_a_widget_may_name_the_page_of_what_is_chosen_in_it(qtbot: QtBot) -> None:
    chosen = QLineEdit()
    qtbot.addWidget(chosen)
    chosen.setProperty("guide_page", "format-images.md")
    assert page_for(chosen, "start") == "format-images.md"
    chosen.setProperty("guide_page", "format-of-a-plug-in.md")
    assert page_for(chosen, "start") == "start.md"


def test_a_page_to_which_others_lead_is_shown_by_its_heading(qtbot: QtBot) -> None:
    window = GuideWindow(guide_folder(), GUIDE_PAGES)
    qtbot.addWidget(window)
    window.open_page("formats.md")
    window.open_page("format-images.md")
    assert window._title.text() == "Images without annotations"
    window.go_back()
    assert (window.page, window._title.text()) == ("formats.md", "Formats")
