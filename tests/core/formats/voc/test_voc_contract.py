from __future__ import annotations

from core.formats.testing import FormatContract
from core.formats.voc import FORMAT


class TestVoc(FormatContract):
    format = FORMAT
