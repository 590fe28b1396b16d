"""How long a move of the slider takes until image, grid, matrix and numbers have followed: `pytest -m benchmark -s`.

100 ms are what a person takes for at once (performance.md), with 100,000 predictions.
"""

from __future__ import annotations

import time
from statistics import median

import pytest
from pytestqt.qtbot import QtBot

from core.domain.outcomes import Thresholds
from core.domain.studies import StudyInfo, StudyKind, StudySource
from core.domain.study_lists import StudyQuestion
from core.metrics.listing import Lister
from core.metrics.outcomes import Matcher
from tests.benchmarks.made_objects import made_table
from ui.evaluation.matrix_panel import MatrixPanel
from ui.studies.study_page import StudyPage

pytestmark = pytest.mark.benchmark
N_MOVES = 10


@pytest.mark.parametrize(
    ("n_images", "n_truths", "n_predictions"), [(2_000, 15_000, 100_000), (5_000, 37_000, 250_000)]
)
@pytest.mark.parametrize("wants_patches", [False, True])
def test_a_move_of_the_slider(
    qtbot: QtBot, n_images: int, n_truths: int, n_predictions: int, wants_patches: bool
) -> None:
    table = made_table(n_images, n_truths, n_predictions, n_classes=20)
    lister = Lister(Matcher(table))
    page = StudyPage()
    qtbot.addWidget(page)
    page.add_panel(MatrixPanel())
    page.resize(1700, 1000)
    page.show()
    qtbot.waitExposed(page)
    info = StudyInfo(StudySource(), StudyKind.TRAINING, "a", "b", None, n_images, n_predictions, True)
    page.set_study(info, table, thresholds=Thresholds(0.5), optimum=0.5)
    page.column.bar._patches.setChecked(wants_patches)
    page.set_answer(lister.answer(page.question()))
    qtbot.wait(50)
    answering, showing = [], []
    for move in range(N_MOVES):
        question = StudyQuestion(Thresholds(0.3 + move * 0.03), wants_patches=wants_patches)
        begun = time.perf_counter()
        answer = lister.answer(question)
        answered = time.perf_counter()
        page.set_answer(answer)
        page.repaint()
        page.column.grid.viewport().repaint()
        page.pane.view.canvas.repaint()
        answering.append(answered - begun)
        showing.append(time.perf_counter() - answered)
    listed = "patches" if wants_patches else "images"
    print(
        f"\n{n_predictions:,} predictions, {listed}: answered in {1000 * median(answering):.0f} ms, "
        f"shown in {1000 * median(showing):.0f} ms"
    )
