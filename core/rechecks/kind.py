"""What a recheck is as a kind of run: its steps and its words. Light: the window and the child import it."""

from __future__ import annotations

from core.domain.run_kinds import StagePlan, StopWords
from core.runs.kinds import RunKind

PREPARE, PREDICT, COMPARE = "prepare", "predict", "compare"

TOPIC = "recheck"
"""Of its result."""

RECHECK = RunKind(
    slug="recheck",
    title="Recheck",
    noun="recheck",
    stages=(
        StagePlan(PREPARE, "Prepare", 0.25),
        StagePlan(PREDICT, "Predict", 0.70),
        StagePlan(COMPARE, "Compare", 0.05),
    ),
    pipeline="core.rechecks.child:run",
    failure="The version predicts something else",
    artifact_groups=(("recheck", "what the version predicts now"),),
    scratch=("work/tree",),
    stop=StopWords(
        details="It ends after the present image, without a verdict on the version.",
        stopping="Stopping after the present image.",
        refusal="Let it go on",
    ),
)
