from __future__ import annotations

from core.conversions.kind import VERIFY
from core.runs.testing import RunKindContract


class TestConversion(RunKindContract):
    slug = "conversion"
    working_stage = VERIFY
