"""Data comes packed, is corrected elsewhere, and its files move: from the drop of a .zip to the reports of imports."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPushButton
from test_names_story import nameless
from window_desk import Desk

from core.domain.imports import Difference
from core.domain.projects import ImageFilter
from ui.imports.class_table import BECOMES, ClassTable
from ui.imports.import_dialog import ImportDialog, Step


def test_a_packed_data_set_from_its_drop_to_its_last_correction(desk: Desk, shapes: Path, tmp_path: Path) -> None:
    window = desk.open()
    features, main = window.features, window.application.window
    unnamed: list[str] = []
    archive = Path(shutil.make_archive(str(tmp_path / "shapes"), "zip", shapes))
    window.drop(archive)
    window.until(lambda: main.findChild(ImportDialog) is not None)
    dialog = main.findChild(ImportDialog)
    assert dialog is not None
    window.until(lambda: dialog._source._unpack.path() is not None)
    unnamed += nameless(dialog)
    window.click(dialog, "Preview")
    window.until(lambda: dialog.step is Step.PREVIEW)
    unnamed += nameless(dialog)
    table = dialog.findChild(ClassTable)
    assert table is not None and [one.name for one in table.classes] == ["disc", "bar"]
    table.model().setData(table.model().index(1, BECOMES), "stroke")
    dialog.preview_page._name.setText("Shapes")
    window.click(dialog, "Import 16 images")
    window.until(lambda: dialog.step is Step.REPORT)
    unnamed += nameless(dialog)
    window.click(dialog, "Open project")
    window.until(lambda: window.project_name == "Shapes" and window.page == "project")
    window.until(lambda: len(features.browser.grid.ids) == 16)
    project = features.projects.current
    assert project is not None
    names = {one.name for one in features.services.projects.list_categories(project.id)}
    assert names == {"disc", "stroke"}

    # Elsewhere a box is moved a little, and a picture gets another name.
    (file,) = project.root.rglob("*.json")
    document = json.loads(file.read_text())
    box = document["annotations"][0]
    box["bbox"] = [box["bbox"][0] + 1, *box["bbox"][1:]]
    box.pop("segmentation", None)
    file.write_text(json.dumps(document))
    kept = features.imports.add_to(project, project.root)
    window.until(lambda: kept.step is Step.PREVIEW)
    model = kept.preview_page._classes.model()
    model.setData(model.index(1, BECOMES), "stroke")
    window.until(lambda: not kept.is_busy and kept.preview_page.preview is not None)
    preview = kept.preview_page.preview
    assert preview is not None and preview.differences is not None
    assert preview.differences.total == Difference(same=31, changed=1)
    unnamed += nameless(kept)
    kept.preview_page._replace.setChecked(True)
    window.click(kept, "Import 16 images")
    window.until(lambda: kept.step is Step.REPORT)
    kept.reject()

    moved = next(path for path in project.root.rglob("*") if path.suffix in (".png", ".jpg"))
    moved.rename(moved.with_name("renamed" + moved.suffix))
    features.locating.find_moved(project)
    window.until(lambda: QApplication.activeModalWidget() is not None)
    asked = QApplication.activeModalWidget()
    assert asked is not None
    next(button for button in asked.findChildren(QPushButton) if button.text().replace("&", "") == "Take them").click()
    service = features.services.projects

    def paths() -> set[str]:
        return {one.path for one in service.get_images(service.list_image_ids(ImageFilter(project.id)))}

    window.until(lambda: any("renamed" in path for path in paths()))
    reports = features.imports.show_reports(project)
    window.until(lambda: reports._list.count() == 2)
    unnamed += nameless(reports)
    assert "1 changed" in reports._page._words.text() and "taken over" in reports._page._words.text()
    reports.reject()
    assert unnamed == []
