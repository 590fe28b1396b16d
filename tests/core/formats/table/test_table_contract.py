from __future__ import annotations

from core.formats.table import FORMAT
from core.formats.testing import FormatContract


class TestTable(FormatContract):
    format = FORMAT
