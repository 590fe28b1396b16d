from __future__ import annotations

from core.rechecks.kind import PREDICT
from core.runs.testing import RunKindContract


class TestRecheck(RunKindContract):
    slug = "recheck"
    working_stage = PREDICT
