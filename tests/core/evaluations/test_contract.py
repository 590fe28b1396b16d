from __future__ import annotations

from core.evaluations.kind import PREDICT
from core.runs.testing import RunKindContract


class TestEvaluation(RunKindContract):
    slug = "evaluation"
    working_stage = PREDICT
