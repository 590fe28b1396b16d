"""What an evaluation is as a kind of run: its steps and its words. Light: the window and the child import it."""

from __future__ import annotations

from core.domain.run_kinds import StagePlan, StopWords
from core.runs.kinds import RunKind

PREPARE, PREDICT, MEASURE, KEEP = "prepare", "predict", "measure", "keep"

TOPIC = "evaluation"
"""Of its result."""

EVALUATION_RUN = RunKind(
    slug="evaluation",
    title="Evaluation",
    noun="evaluation",
    stages=(
        StagePlan(PREPARE, "Prepare", 0.20),
        StagePlan(PREDICT, "Predict", 0.70),
        StagePlan(MEASURE, "Measure", 0.08),
        StagePlan(KEEP, "Keep", 0.02),
    ),
    pipeline="core.evaluations.child:run",
    books="core.evaluations.books:EvaluationBooks",
    product=TOPIC,
    has_measurements=True,
    artifact_groups=(("evaluation", "what was measured"),),
    failure="Nothing was measured",
    scratch=("work/tree", "work/predictions.pack"),
    stop=StopWords(
        help="End the evaluation soon; nothing is measured on a part of the images",
        details="It ends after the present image, and nothing is kept: a part of the images is no measurement.",
        stopping="Stopping after the present image.",
        refusal="Let it go on",
    ),
)
