"""The contract that every annotation format keeps: subclass `FormatContract` in a test module and set `format`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError
from core.formats.base import AnnotationFormat, ReadResult

SIZE = (100, 80)

CATEGORIES = ("text_line", "no", "1.10", 'quo"ted <&> name', "C#", "été 猫")
IMAGES = (
    RawImage(
        "a.jpg",
        (
            RawAnnotation("text_line", Box(1, 2, 50.25, 20.5)),
            RawAnnotation("no", Polygon(((10, 10, 60, 12, 55, 40.125, 12, 38),))),
        ),
        *SIZE,
    ),
    RawImage("sub/a.jpg", (RawAnnotation("1.10", Box(0, 0, 100, 80)),), *SIZE),
    RawImage("sub/deep er/page.tif.jpeg", (RawAnnotation('quo"ted <&> name', Box(3, 4, 9, 11)),), *SIZE),
    RawImage(
        "été 猫/名前 #1?.png", (RawAnnotation("été 猫", Box(3, 4, 9, 11)), RawAnnotation("C#", Box(5, 5, 6, 6))), *SIZE
    ),
    RawImage(os.fsdecode(b"caf\xe9.png"), (RawAnnotation("no", Box(3, 4, 9, 11)),), *SIZE),
    RawImage("empty.jpg", (), *SIZE, is_explicit_negative=True),
    RawImage("nobody_looked.jpg", (), *SIZE),
)
HOSTILE = (
    b"",
    b"\0" * 5000,
    b"<!DOCTYPE html><html><body>Not found</body></html>",
    b"\xff\xfe<\0a\0l\0t\0o\0",
    b'{"images": ' + b"[" * 200_000,
    b'{"images": [{"id": NaN, "file_name": "../../etc/passwd"}], "annotations": [{"bbox": [Infinity]}]}',
    b'{"images": [1, null, {"id": true, "file_name": 5}], "annotations": [[], {"image_id": {}}], "categories": [7]}',
    b"[" + b"9" * 10_000 + b"]",
    b"names: &a [x, x]\ntrain: *a\n",
    b"names: {a: {b: {c: [1, 2]}}}\ntrain: [[[]]]\npath: \x07\n",
    b'<?xml version="1.0"?><!DOCTYPE alto [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><alto>&b;</alto>',
    b'<!DOCTYPE alto SYSTEM "file:///etc/passwd"><alto/>',
    b"<alto>" + b"<a>" * 100_000,
    b'<alto><Page WIDTH="nan" HEIGHT="-1"><TextLine HPOS="1e999" VPOS="x" WIDTH="1" HEIGHT="1"/></Page></alto>',
    b"0 nan 0.5 0.1 0.1\n0 0.5 0.5 0 0\n-1 0 0 0 0\n1e400 0 0 0 0\n0,0.5,0.5,0.1,0.1\n",
    bytes(range(256)) * 20,
)


class FormatContract:
    """Set `format`; where the format cannot hold something, narrow `images` and `categories`."""

    format: AnnotationFormat
    images: tuple[RawImage, ...] = IMAGES
    categories: tuple[str, ...] = CATEGORIES

    def test_reads_back_what_it_wrote(self, tmp_path: Path) -> None:
        root, target = self._written(tmp_path)
        result = self._read(root, target)
        spoken_of = [image for image in self.images if image.annotations or image.is_explicit_negative]
        assert [_plain(image) for image in _sorted(result.images)] == [_plain(image) for image in _sorted(spoken_of)]
        used = {annotation.category for image in self.images for annotation in image.annotations}
        assert used <= set(result.categories) <= set(self.categories)
        assert len(set(result.categories)) == len(result.categories)
        assert not [problem for problem in result.problems if problem.severity is not Severity.INFO]

    def test_detects_what_it_wrote(self, tmp_path: Path) -> None:
        _, target = self._written(tmp_path)
        assert self.format.detect(target) > 0.5

    def test_writing_is_deterministic_and_replaces(self, tmp_path: Path) -> None:
        _, target = self._written(tmp_path)
        before = _contents(target)
        self.format.write(self.images, self.categories, target, images_root=tmp_path / "pictures")
        assert _contents(target) == before

    def test_reading_changes_nothing(self, tmp_path: Path) -> None:
        root, target = self._written(tmp_path)
        before = _contents(tmp_path)
        self._read(root, target)
        self.format.detect(target)
        assert _contents(tmp_path) == before

    def test_nothing_is_detected_in_an_empty_folder(self, tmp_path: Path) -> None:
        assert self.format.detect(tmp_path) == 0

    def test_missing_images_are_told(self, tmp_path: Path) -> None:
        root, target = self._written(tmp_path)
        (root / "a.jpg").unlink()
        (root / "sub" / "a.jpg").unlink()
        result = self._read(root, target)
        assert not {"a.jpg", "sub/a.jpg"} & {image.path for image in result.images}
        kinds = [problem.kind for problem in result.problems if problem.severity is Severity.WARNING]
        assert len(kinds) == 2 and set(kinds) <= {"image-missing", "label-without-image"}

    def test_hostile_content_gives_a_sentence(self, tmp_path: Path) -> None:
        """Every file of the format in turn holds every piece of hostile content, and cut-off content of its own."""
        root, target = self._written(tmp_path)
        for path in sorted(path for path in target.rglob("*") if path.is_file()):
            good = path.read_bytes()
            for content in (*HOSTILE, good[: len(good) // 2], good[:-3]):
                path.write_bytes(content)
                for source in (target, path):
                    self.format.detect(source)
                    try:
                        result = self._read(root, source)
                    except FormatError as error:
                        assert error.text.strip().endswith(".")
                    else:
                        _check_is_sound(result)
            path.write_bytes(good)

    def _written(self, folder: Path) -> tuple[Path, Path]:
        """Picture files (of no content: formats never decode) and annotation files in two folders."""
        root, target = folder / "pictures", folder / "annotations"
        for image in self.images:
            path = root / image.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        self.format.write(self.images, self.categories, target, images_root=root)
        return root, target

    def _read(self, root: Path, path: Path) -> ReadResult:
        return self.format.read(ImportSource(path, images_root=root), size_of=lambda _: SIZE)


def _check_is_sound(result: ReadResult) -> None:
    for image in result.images:
        assert (result.images_root / image.path).is_file()
        for annotation in image.annotations:
            assert annotation.category in result.categories
            shape = annotation.geometry
            assert shape is not None and shape.is_finite() and shape.area > 0
    for problem in result.problems:
        json.dumps([problem.kind, problem.text])
        assert problem.text.isprintable() and problem.text.endswith(".")


def _sorted(images: list[RawImage] | tuple[RawImage, ...]) -> list[RawImage]:
    return sorted(images, key=lambda image: image.path)


def _plain(image: RawImage) -> RawImage:
    """Without what a round trip may change: the source's file and lines, the order, the last digits."""
    annotations = [replace(item, line=None, geometry=_rounded(item.geometry)) for item in image.annotations]
    return replace(image, annotations=tuple(sorted(annotations, key=repr)), source_file="")


def _rounded(shape: Geometry) -> Geometry:
    if isinstance(shape, Box):
        return Box(round(shape.x0, 3), round(shape.y0, 3), round(shape.x1, 3), round(shape.y1, 3))
    if isinstance(shape, Polygon):
        return Polygon(tuple(tuple(round(float(value), 3) for value in ring) for ring in shape.rings))
    return None


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
