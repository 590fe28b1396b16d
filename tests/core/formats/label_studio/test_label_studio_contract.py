from __future__ import annotations

from core.formats.label_studio import FORMAT
from core.formats.testing import FormatContract


class TestLabelStudio(FormatContract):
    format = FORMAT
