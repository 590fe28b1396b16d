"""What a training is as a kind of run: its steps and its words. Light: the window and the child import it."""

from __future__ import annotations

from enum import StrEnum

from core.domain.run_kinds import StagePlan, StopWords
from core.runs.kinds import RunKind


class StageName(StrEnum):
    PREPARE = "prepare"
    TRAIN = "train"
    EVALUATE_TRAIN = "evaluate-train"
    EVALUATE_VAL = "evaluate-val"
    EVALUATE_TEST = "evaluate-test"
    PUBLISH = "publish"


# Weights are shares of a run's time, measured on small trainings; a bar that jumps from 25 to 100 % is no progress.
STAGES = (
    StagePlan(StageName.PREPARE.value, "Prepare", 0.04),
    StagePlan(StageName.TRAIN.value, "Train", 0.80, counts_epochs=True),
    StagePlan(StageName.EVALUATE_TRAIN.value, "Evaluate train", 0.08),
    StagePlan(StageName.EVALUATE_VAL.value, "Evaluate val", 0.03),
    StagePlan(StageName.EVALUATE_TEST.value, "Evaluate test", 0.03),
    StagePlan(StageName.PUBLISH.value, "Publish", 0.02),
)

EVALUATION, PUBLISHED = "evaluation", "published"
"""Topics of a training's results."""

TRAINING = RunKind(
    slug="training",
    title="Training",
    noun="training",
    stages=STAGES,
    pipeline="core.training.child.pipeline:run",
    books="core.training.books:TrainingBooks",
    product=PUBLISHED,
    has_measurements=True,
    scratch=("work/tree", "work/train-*/dataset", "artifacts/*/*.part"),  # the first two are the images once more
    has_draft=True,
    artifact_groups=(
        ("train", "plots, tables and settings of the training"),
        ("eval_train", "predictions and measurements on the train set"),
        ("eval_val", "predictions and measurements on the validation set"),
        ("eval_test", "predictions and measurements on the test set"),
    ),
    stop=StopWords(
        text="Stop and keep the best",
        question='Stop "{name}" and keep the best?',
        help="End the training soon; the best weights so far become the version",
        details="Training ends after the present batch. Then {best} are measured and published{version}.",
        refusal="Go on training",
        stopping="Stopping: the best weights so far are being kept.",
        cancel_help="Take it out of the queue; nothing was trained yet",
        kill_details="Its process ends at once and no model version is published.",
    ),
)
