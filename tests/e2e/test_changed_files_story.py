"""A picture that changed after its dataset was frozen: seen, and taken as it is by a clone, all in the window."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from window_desk import Desk

from core.domain.datasets import DatasetState


def test_a_clone_takes_a_changed_picture_as_it_is_now(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    features = window.features
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.until(lambda: len(features.browser.grid.ids) == 16)
    features.project_page.show_view("datasets")
    page, view, freezing = features.datasets.page, features.datasets.page.view, features.datasets.freezing

    def freeze() -> None:
        window.click(page, "Freeze…")
        window.until(lambda: freezing.dialog is not None)
        assert freezing.dialog is not None
        window.click(freezing.dialog, "Freeze")
        window.until(lambda: view.dataset is not None and view.dataset.state is DatasetState.COMPLETE)
        window.until(lambda: features.jobs.n_busy == 0)

    window.click(page, "Make these sets a dataset")
    window.until(lambda: page.shown() is not None)
    freeze()
    picture = next((shapes / "train").glob("*.jpg"))
    with Image.open(picture) as image:
        size = image.size
    Image.new("RGB", size, "navy").save(picture)
    window.click(page, "Verify")
    window.until(lambda: "1 file changed since Shapes (V001)" in page.banner.plain_text())
    window.click(page, "Clone")
    window.until(lambda: view.dataset is not None and view.dataset.cloned_from is not None)
    freeze()
    assert view.dataset is not None and view.dataset.version == "V002"
    told = page.banner.plain_text()
    assert f"1 image has changed since the import and is taken as it is now: train/{picture.name}." in told
    window.click(page, "Verify")
    window.until(lambda: "are what was frozen" in page.banner.plain_text())
