from __future__ import annotations

from core.formats.alto import FORMAT as ALTO
from core.formats.coco import FORMAT as COCO
from core.formats.image_folder import FORMAT as IMAGES
from core.formats.testing import FormatContract, UnwritableFormatContract
from core.formats.yolo import FORMAT as YOLO


class TestCoco(FormatContract):
    format = COCO


class TestYolo(FormatContract):
    format = YOLO


class TestAlto(FormatContract):
    format = ALTO


class TestImageFolder(UnwritableFormatContract):
    format = IMAGES
