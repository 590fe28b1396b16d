from __future__ import annotations

from core.domain.imports import RawImage
from core.formats.alto import AltoFormat
from core.formats.coco import CocoFormat
from core.formats.image_folder import ImageFolderFormat
from core.formats.testing import FormatContract
from core.formats.yolo import YoloFormat


class TestCoco(FormatContract):
    format = CocoFormat()


class TestYolo(FormatContract):
    format = YoloFormat()


class TestAlto(FormatContract):
    format = AltoFormat()


def test_image_folder_lists_pictures_and_writes_nothing(tmp_path):
    images = (RawImage("a.jpg", ()), RawImage("sub/b.png", ()))
    for image in images:
        (tmp_path / image.path).parent.mkdir(exist_ok=True)
        (tmp_path / image.path).write_bytes(b"x")
    annotation_format = ImageFolderFormat()
    annotation_format.write(images, (), tmp_path / "out", images_root=tmp_path)
    assert list((tmp_path / "out").iterdir()) == []
