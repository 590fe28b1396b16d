"""The contract of formats."""

from __future__ import annotations

from core.formats.dataloop import FORMAT
from core.formats.testing import FormatContract


class TestDataloop(FormatContract):
    format = FORMAT
