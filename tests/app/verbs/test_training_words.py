"""`calque train` says what the review of the window says, before it trains."""

from __future__ import annotations

from dataclasses import replace

from app.verbs.training import review_lines
from core.domain.ids import ProjectId
from core.domain.snapshots import Split
from core.domain.training import SplitCount, TrainingDraft, TrainingReview

REVIEW = TrainingReview(
    draft=TrainingDraft(ProjectId("p")),
    issues=(),
    values=(("Boxes used as shapes with four corners", "7", False), ("Seed", "0", True)),
    categories=("line",),
    splits=(
        SplitCount(Split.TRAIN, 8, 20, (20,)),
        SplitCount(Split.VAL, 1, 1, (1,)),
        SplitCount(Split.TEST, 0, 0, (0,)),
    ),
    ignored=(("images that nobody annotated", 3), ("images that are damaged", 1)),
    disk_bytes=0,
    free_bytes=None,
    is_val_carved=True,
    command="",
)


def test_what_is_used_left_out_and_made_of_the_data_is_said() -> None:
    assert list(review_lines(REVIEW)) == [
        "train: 8 images, 20 objects.",
        "val: 1 image, 1 object, held back from the training images.",
        "Left out: 3 images that nobody annotated.",
        "Left out: 1 image that is damaged.",
        "Boxes used as shapes with four corners: 7.",
    ]


def test_nothing_is_said_of_what_is_not_so() -> None:
    plain = replace(REVIEW, values=(), ignored=(), is_val_carved=False)
    assert list(review_lines(plain)) == ["train: 8 images, 20 objects.", "val: 1 image, 1 object."]
