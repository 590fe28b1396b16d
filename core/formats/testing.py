"""The contract that every annotation format keeps (contract 2, docs/adr/0015).

Subclass `FormatContract` in a test module and set `format`; `UnwritableFormatContract` for one that is only read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.formats import CONTRACT, Content
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError, RefusedError
from core.files.whole_folder import MARKER
from core.formats.base import AnnotationFormat, PictureSize, Reading, ReadResult, WriteResult, gather
from core.formats.writing import write_data_set

SIZE = (100, 80)

CATEGORIES = ("text_line", "no", "1.10", 'quo"ted <&> name', "C#", "été 猫", "😀")
IMAGES = (
    RawImage(
        "a.jpg",
        (
            RawAnnotation("text_line", Box(1, 2, 50.25, 20.5)),
            RawAnnotation("no", Polygon(((10, 10, 60, 12, 55, 40.125, 12, 38),))),
        ),
        *SIZE,
    ),
    RawImage("sub/a.jpg", (RawAnnotation("1.10", Box(0, 0, 100, 80)), RawAnnotation("😀", Box(1, 1, 9, 9))), *SIZE),
    RawImage("set/images/a.jpg", (RawAnnotation("no", Box(2, 3, 50, 60)),), *SIZE),
    RawImage("sub/deep er/page.tif.jpeg", (RawAnnotation('quo"ted <&> name', Box(3, 4, 9, 11)),), *SIZE),
    RawImage(
        "été 猫/名前 #1?.png", (RawAnnotation("été 猫", Box(3, 4, 9, 11)), RawAnnotation("C#", Box(5, 5, 6, 6))), *SIZE
    ),
    RawImage(os.fsdecode(b"caf\xe9.png"), (RawAnnotation("no", Box(3, 4, 9, 11)),), *SIZE),
    RawImage("empty.jpg", (), *SIZE, is_explicit_negative=True),
    RawImage("nobody_looked.jpg", (), *SIZE),
)
SPECIAL: dict[Content, RawAnnotation] = {
    Content.BOXES: RawAnnotation("no", Box(3, 4, 9, 11)),
    Content.POLYGONS: RawAnnotation("no", Polygon(((10, 10, 60, 12, 55, 40),))),
    Content.POLYGON_PARTS: RawAnnotation("no", Polygon(((10, 10, 60, 12, 55, 40), (5, 50, 9, 50, 9, 59)))),
    Content.WHOLE_IMAGES: RawAnnotation("no", None),
    Content.CROWDS: RawAnnotation("no", Box(3, 4, 9, 11), is_crowd=True),
    Content.WITHOUT_CLASS: RawAnnotation(None, Box(3, 4, 9, 11)),
}
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


class UnwritableFormatContract:
    """What every format keeps, also one that is only read. Set `format`."""

    format: AnnotationFormat

    def test_says_what_it_is_and_holds(self) -> None:
        info = self.format.info
        assert isinstance(self.format, AnnotationFormat)
        assert info.contract == CONTRACT
        assert re.fullmatch("[a-z][a-z0-9-]*", info.slug)
        assert info.title and info.reads and info.is_available
        assert all(ending.startswith(".") and ending == ending.lower() for ending in info.endings)
        assert info.can_write == bool(info.shapes_written) == bool(info.writes)
        assert info.can_write or info.no_writing.endswith(".")
        assert len({loss.content for loss in info.losses}) == len(info.losses)

    def test_nothing_is_detected_in_an_empty_folder(self, tmp_path: Path) -> None:
        assert self.format.detect(tmp_path) == 0

    def test_says_why_it_is_not_written(self, tmp_path: Path) -> None:
        if self.format.info.can_write:
            return
        with pytest.raises(RefusedError) as caught:
            write_data_set(self.format, iter(IMAGES), CATEGORIES, tmp_path / "out")
        assert caught.value.text == self.format.info.no_writing
        assert not list(tmp_path.iterdir())


class FormatContract(UnwritableFormatContract):
    """For formats that are written too. Where one cannot hold something, narrow `images` and `categories`."""

    images: tuple[RawImage, ...] = IMAGES
    categories: tuple[str, ...] = CATEGORIES

    @pytest.mark.parametrize("has_pictures", [False, True])
    def test_reads_back_what_it_wrote(self, tmp_path: Path, has_pictures: bool) -> None:
        """With the pictures where they are, and with copies beside the files, which are then found there."""
        root, target = self._written(tmp_path, has_pictures=has_pictures)
        result = self._read(None if has_pictures else root, target)
        spoken_of = [image for image in self.images if image.annotations or image.is_explicit_negative]
        assert [_plain(image) for image in _sorted(result.images)] == [_plain(image) for image in _sorted(spoken_of)]
        used = {annotation.category for image in self.images for annotation in image.annotations}
        assert used <= set(result.categories) <= set(self.categories)
        assert len(set(result.categories)) == len(result.categories)
        assert not [problem for problem in result.problems if problem.severity is not Severity.INFO]

    def test_counts_what_it_wrote(self, tmp_path: Path) -> None:
        written = self._write(iter(self.images), tmp_path / "out")
        spoken_of = [image for image in self.images if image.annotations or image.is_explicit_negative]
        assert written.n_images == len(spoken_of)
        assert written.n_annotations == sum(len(image.annotations) for image in spoken_of)
        # What other programs make of it is told too, and what was added for them; here, all comes back.
        kinds = {problem.kind for problem in written.problems if problem.severity is not Severity.INFO}
        assert kinds <= {Content.UNSEEN_IMAGES, Content.MIXED_IMAGES}

    @pytest.mark.parametrize("content", list(SPECIAL))
    def test_what_it_cannot_hold_is_told(self, tmp_path: Path, content: Content) -> None:
        """What is not declared as lost comes back; what is, is told with its number and does not come back alike."""
        special = SPECIAL[content]
        image = RawImage("special.jpg", (special, RawAnnotation("no", Box(30, 30, 40, 40))), *SIZE)
        _make_pictures(tmp_path / "pictures", (image,))
        written = self._write(iter((image,)), tmp_path / "out", categories=("no",))
        (back,) = self._read(tmp_path / "pictures", tmp_path / "out").images
        is_told = str(content) in [problem.kind for problem in written.problems]
        assert is_told == (content in {loss.content for loss in self.format.info.losses})
        assert is_told == (_plain(back).annotations != _plain(image).annotations)
        for problem in written.problems:
            assert problem.text.startswith("1 ") and problem.text.endswith(".")

    @pytest.mark.parametrize("content", list(SPECIAL))
    def test_what_is_left_out_makes_no_empty_image(self, tmp_path: Path, content: Content) -> None:
        """An image of which nothing can be written was not seen to be empty."""
        images = (replace(self.images[0], path="b.jpg"), RawImage("special.jpg", (SPECIAL[content],), *SIZE))
        _make_pictures(tmp_path / "pictures", images)
        self._write(iter(images), tmp_path / "out", categories=(*self.categories, "no"))
        back = self._read(tmp_path / "pictures", tmp_path / "out").images
        assert "special.jpg" not in [image.path for image in back if image.is_explicit_negative]

    @pytest.mark.parametrize("seen", [True, False])
    def test_empty_images_are_what_it_says(self, tmp_path: Path, seen: bool) -> None:
        images = (replace(self.images[0], path="b.jpg"), RawImage("empty.jpg", (), *SIZE, is_explicit_negative=seen))
        _make_pictures(tmp_path / "pictures", images)
        written = self._write(iter(images), tmp_path / "out")
        back = {image.path: image for image in self._read(tmp_path / "pictures", tmp_path / "out").images}
        comes_back_empty = "empty.jpg" in back and back["empty.jpg"].is_explicit_negative
        assert comes_back_empty == (seen and self.format.info.holds_negatives)
        losses = {loss.content for loss in self.format.info.losses}
        content = Content.NEGATIVES if seen else Content.UNSEEN_IMAGES
        assert (str(content) in [problem.kind for problem in written.problems]) == (content in losses)

    def test_detects_what_it_wrote(self, tmp_path: Path) -> None:
        _, target = self._written(tmp_path)
        assert self.format.detect(target) > 0.5

    def test_writing_is_deterministic_and_replaces_its_own(self, tmp_path: Path) -> None:
        _, target = self._written(tmp_path)
        before = _contents(target)
        self._write(iter(self.images), target)
        assert _contents(target) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations", "pictures"]

    def test_nothing_of_others_is_replaced(self, tmp_path: Path) -> None:
        _, target = self._written(tmp_path)
        file = next(path for path in sorted(target.rglob("*")) if path.is_file() and path.name != MARKER)
        file.write_bytes(file.read_bytes() + b"\n")
        before = _contents(tmp_path)
        with pytest.raises(RefusedError, match="is not empty"):
            self._write(iter(self.images), target)
        assert _contents(tmp_path) == before

    def test_writing_is_whole_or_not_at_all(self, tmp_path: Path) -> None:
        def breaking() -> Iterator[RawImage]:
            yield from self.images[:2]
            raise RefusedError("enough")

        with pytest.raises(RefusedError, match="enough"):
            self._write(breaking(), tmp_path / "new" / "deep" / "out")
        assert not list(tmp_path.iterdir())
        _, target = self._written(tmp_path)
        before = _contents(tmp_path)
        with pytest.raises(RefusedError, match="enough"):
            self._write(breaking(), target)
        assert _contents(tmp_path) == before

    def test_reads_an_image_at_a_time(self, tmp_path: Path) -> None:
        """Nothing is told before it is asked for, nothing twice, and the categories at the end."""
        root, target = self._written(tmp_path)
        sizes_asked: list[Path] = []

        def size_of(path: Path) -> PictureSize:
            sizes_asked.append(path)
            return PictureSize(*SIZE)

        reading = self.format.read(ImportSource(target, images_root=root), size_of=size_of)
        assert isinstance(reading, Reading) and reading.images_root == root
        with pytest.raises(RuntimeError):
            _ = reading.categories
        items = iter(reading)
        first = next(item for item in items if isinstance(item, RawImage))
        n_spoken_of = sum(bool(image.annotations) or image.is_explicit_negative for image in self.images)
        assert len(set(sizes_asked)) < n_spoken_of
        rest = [item.path for item in items if isinstance(item, RawImage)]
        assert first.path not in rest and len(set(rest)) == len(rest) == n_spoken_of - 1
        assert reading.categories

    def test_reading_changes_nothing(self, tmp_path: Path) -> None:
        root, target = self._written(tmp_path)
        before = _contents(tmp_path)
        self._read(root, target)
        self.format.detect(target)
        assert _contents(tmp_path) == before

    def test_missing_images_are_told(self, tmp_path: Path) -> None:
        root, target = self._written(tmp_path)
        for gone in ("a.jpg", "sub/a.jpg", "set/images/a.jpg"):
            (root / gone).unlink()
        result = self._read(root, target)
        assert not {"a.jpg", "sub/a.jpg", "set/images/a.jpg"} & {image.path for image in result.images}
        kinds = [problem.kind for problem in result.problems if problem.severity is Severity.WARNING]
        assert len(kinds) == 3 and set(kinds) <= {"image-missing", "label-without-image"}

    def test_hostile_content_gives_a_sentence(self, tmp_path: Path) -> None:
        """Every file of the format in turn holds every piece of hostile content, and cut-off content of its own."""
        root, target = self._written(tmp_path)
        for path in sorted(path for path in target.rglob("*") if path.is_file() and path.name != MARKER):
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

    def _written(self, folder: Path, *, has_pictures: bool = False) -> tuple[Path, Path]:
        """Picture files (of no content: formats never decode) and annotation files in two folders."""
        root, target = folder / "pictures", folder / "annotations"
        _make_pictures(root, self.images)
        self._write(iter(self.images), target, has_pictures=has_pictures)
        return root, target

    def _write(
        self,
        images: Iterator[RawImage],
        target: Path,
        *,
        categories: tuple[str, ...] | None = None,
        has_pictures: bool = False,
    ) -> WriteResult:
        put = _put_picture if has_pictures else None
        names = self.categories if categories is None else categories
        return write_data_set(self.format, images, names, target, put_picture=put)

    def _read(self, root: Path | None, path: Path) -> ReadResult:
        source = ImportSource(path, images_root=root)
        return gather(self.format.read(source, size_of=lambda _: PictureSize(*SIZE)))


def _make_pictures(root: Path, images: tuple[RawImage, ...]) -> None:
    for image in images:
        _put_picture(image, root / image.path)


def _put_picture(image: RawImage, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def _check_is_sound(result: ReadResult) -> None:
    for image in result.images:
        assert (result.images_root / image.path).is_file()
        for annotation in image.annotations:
            assert annotation.category in result.categories
            shape = annotation.geometry
            assert shape is None or (shape.is_finite() and shape.area > 0)
    for problem in result.problems:
        json.dumps([problem.kind, problem.text])
        assert problem.text.isprintable() and problem.text.endswith(".")


def _sorted(images: list[RawImage] | tuple[RawImage, ...]) -> list[RawImage]:
    return sorted(images, key=lambda image: image.path)


def _plain(image: RawImage) -> RawImage:
    """Without what a round trip may change: the source's file and lines, the order, the last digits; and without
    details, for files hold more of them than was there (ids are made). Their round trips have tests of their own."""
    annotations = [
        replace(item, line=None, geometry=_rounded(item.geometry), details=None) for item in image.annotations
    ]
    return replace(image, annotations=tuple(sorted(annotations, key=repr)), source_file="", details=None)


def _rounded(shape: Geometry) -> Geometry:
    if isinstance(shape, Box):
        return Box(round(shape.x0, 3), round(shape.y0, 3), round(shape.x1, 3), round(shape.y1, 3))
    if isinstance(shape, Polygon):
        return Polygon(tuple(tuple(round(float(value), 3) for value in ring) for ring in shape.rings))
    return None


def _contents(folder: Path) -> dict[str, bytes]:
    """Without the list of files and their times that goes with a written folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MARKER)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
