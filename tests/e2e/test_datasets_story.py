"""A dataset in the real window: made of the folders, frozen, found changed, cloned, and every edit undone."""

from __future__ import annotations

from pathlib import Path

from window_desk import Desk

from core.domain.datasets import DatasetState
from ui.projects.project_page import IMAGES


def test_a_dataset_is_frozen_found_changed_and_cloned(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    features = window.features
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.until(lambda: len(features.browser.grid.ids) == 16)
    features.project_page.show_view("datasets")
    page, view = features.datasets.page, features.datasets.page.view
    window.click(page, "Make these sets a dataset")
    window.until(lambda: page.shown() is not None)
    window.click(page, "Show images")
    window.until(lambda: features.project_page.current_view == IMAGES and len(features.browser.grid.ids) < 16)
    features.project_page.show_view("datasets")
    window.click(page, "Freeze…")
    freezing = features.datasets.freezing
    window.until(lambda: freezing.dialog is not None)
    assert freezing.dialog is not None
    window.click(freezing.dialog, "Freeze")
    window.until(lambda: view.dataset is not None and view.dataset.state is DatasetState.COMPLETE)
    window.until(lambda: features.jobs.n_busy == 0)
    picture = next((shapes / "train").glob("*.jpg"))
    picture.write_bytes(picture.read_bytes() + b"\0")
    window.click(page, "Verify")
    window.until(lambda: "1 file changed since Shapes (V001)" in page.banner.plain_text())
    window.click(page, "Clone")
    window.until(lambda: view.dataset is not None and view.dataset.cloned_from is not None)
    features.undo.undo()
    window.until(lambda: len(features.services.dataset_editing.list_datasets(view.dataset.project)) == 1)
    window.until(lambda: view.dataset is not None and view.dataset.version == "V001")
