from __future__ import annotations

from core.formats.labelme import FORMAT
from core.formats.testing import FormatContract


class TestLabelMe(FormatContract):
    format = FORMAT
