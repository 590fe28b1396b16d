"""What a prediction is as a kind of run: its steps and its words. Light: the window and the child import it."""

from __future__ import annotations

from core.domain.run_kinds import StagePlan, StopWords
from core.runs.kinds import RunKind

PREPARE, PREDICT, KEEP = "prepare", "predict", "keep"

TOPIC = "predictions"
"""Of its result."""

PREDICTION = RunKind(
    slug="prediction",
    title="Prediction",
    noun="prediction",
    stages=(
        StagePlan(PREPARE, "Prepare", 0.05),
        StagePlan(PREDICT, "Predict", 0.93),
        StagePlan(KEEP, "Keep", 0.02),
    ),
    pipeline="core.predictions.child:run",
    books="core.predictions.books:PredictionBooks",
    predictions=TOPIC,
    failure="Nothing was predicted",
    scratch=("work/tree",),
    stop=StopWords(
        help="End the run after the present images; what was predicted so far is kept",
        details="It ends after the images that it is looking at. What was predicted so far is kept.",
        stopping="Stopping after the present images.",
        refusal="Let it go on",
    ),
)
