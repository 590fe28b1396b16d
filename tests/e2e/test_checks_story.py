"""A leak in the real window: copies saved anew in other folders, found, left out at one click, and undone."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from window_desk import Desk

from core.domain.checks import CheckId
from ui.projects.project_page import IMAGES


def test_copies_in_other_sets_are_found_left_out_and_taken_back(desk: Desk, shapes: Path) -> None:
    with Image.open(shapes / "train" / "0.jpg") as picture:
        picture.save(shapes / "val" / "saved anew.jpg", quality=60)
        picture.resize((77, 77), Image.Resampling.LANCZOS).save(shapes / "test" / "smaller.png")
    window = desk.open()
    features = window.features
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.until(lambda: len(features.browser.grid.ids) == 18)
    features.project_page.show_view("checks")
    page = features.checks.page
    window.until(lambda: features.jobs.n_busy == 0)
    window.click(page, "Run the checks")
    window.until(lambda: page.report is not None)
    first = page.report
    assert first is not None
    found = first.find(CheckId.ALIKE_ACROSS_SETS)
    assert found is not None
    assert (found.n, len(found.images)) == (1, 3)
    (card,) = (one for one in page.cards if one.finding is found)
    window.click(card, "Show 3 images")
    window.until(lambda: features.project_page.current_view == IMAGES and len(features.browser.grid.ids) == 3)
    features.project_page.show_view("checks")
    window.click(card, "Leave the copies out")
    window.until(lambda: page.report is not first)
    assert page.report is not None
    assert page.report.find(CheckId.ALIKE_ACROSS_SETS) is None
    assert features.services.tags.count(first.project)["exclude"] == 2
    repaired = page.report
    assert features.undo.undo_text.startswith("the repair of")
    features.undo.undo()
    window.until(lambda: page.report is not repaired)
    assert page.report.find(CheckId.ALIKE_ACROSS_SETS) is not None
    assert features.services.tags.count(first.project)["exclude"] == 0
    assert all((shapes / name).is_file() for name in ("val/saved anew.jpg", "test/smaller.png"))
