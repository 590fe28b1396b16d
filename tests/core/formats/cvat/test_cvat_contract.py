from __future__ import annotations

from core.formats.cvat import FORMAT
from core.formats.testing import FormatContract


class TestCvat(FormatContract):
    format = FORMAT
