"""What a conversion is as a kind of run: its steps and its words. Light: the window and the child import it."""

from __future__ import annotations

from core.domain.conversions import CONVERSION_KIND, CONVERSION_TOPIC
from core.domain.run_kinds import StagePlan, StopWords
from core.runs.kinds import RunKind

PREPARE, CONVERT, VERIFY, KEEP = "prepare", "convert", "verify", "keep"

TOPIC = CONVERSION_TOPIC
REPORT_GROUP = "export"

CONVERSION = RunKind(
    slug=CONVERSION_KIND,
    title="Export",
    noun="export",
    stages=(
        StagePlan(PREPARE, "Prepare", 0.10),
        StagePlan(CONVERT, "Convert", 0.40),
        StagePlan(VERIFY, "Verify", 0.45),
        StagePlan(KEEP, "Keep", 0.05),
    ),
    pipeline="core.conversions.child:run",
    failure="The version was not exported",
    artifact_groups=((REPORT_GROUP, "what the package says of itself"),),
    scratch=("work/tree", "work/package", "work/convert"),
    stop=StopWords(
        details="It ends after the present image; nothing is exported, and the version stays as it is.",
        stopping="Stopping after the present image.",
        refusal="Let it go on",
    ),
)
