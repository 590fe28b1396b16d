from __future__ import annotations

from core.predictions.kind import PREDICT
from core.runs.testing import RunKindContract


class TestPrediction(RunKindContract):
    slug = "prediction"
    working_stage = PREDICT
