from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.formats import Content
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError, RefusedError
from core.formats.base import ReadResult, SizeOf, gather
from core.formats.catalog import FormatCatalog
from core.formats.side_labels import FORMAT
from core.formats.testing import IMAGES, SPECIAL, FormatContract
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]


def of_whole_images(image: RawImage) -> RawImage:
    """With classes for objects, as the files hold nothing else, and no size, which they do not state."""
    names = dict.fromkeys(item.category for item in image.annotations)
    return replace(image, annotations=tuple(RawAnnotation(name, None) for name in names), width=None, height=None)


class TestSideLabels(FormatContract):
    format = FORMAT
    images = tuple(of_whole_images(image) for image in IMAGES)

    @pytest.mark.parametrize("content", list(SPECIAL))
    def test_what_it_cannot_hold_is_told(self, tmp_path: Path, content: Content) -> None:
        """Beside a class of the whole image, which comes back."""
        image = RawImage("special.jpg", (SPECIAL[content], RawAnnotation("yes", None)))
        written = self._write(iter((image,)), tmp_path / "out", categories=("no", "yes"))
        is_whole = content is Content.WHOLE_IMAGES
        text = (tmp_path / "out" / "special.txt").read_text()
        assert text == ("no\nyes\n" if is_whole else "yes\n")
        assert bool(written.problems) == (not is_whole)

    def test_detects_what_it_wrote(self, tmp_path: Path) -> None:
        """The pictures beside the files are what tells them from other texts."""
        _, target = self._written(tmp_path, has_pictures=True)
        assert FORMAT.detect(target) == 0  # for nearly every label is another one
        names = ("no", "C#")
        self.images = tuple(
            replace(image, annotations=tuple(RawAnnotation(name, None) for name in names)) for image in self.images
        )
        _, target = self._written(tmp_path / "few", has_pictures=True)
        assert FORMAT.detect(target) > 0.5

    def test_reads_an_image_at_a_time(self, tmp_path: Path) -> None:
        """No size is asked for, so what is told shows it."""
        root, target = self._written(tmp_path)
        items = iter(self.format.read(ImportSource(target, images_root=root), size_of=lambda _: None))
        next(items)
        gone = max(target.rglob("*.txt"))
        gone.unlink()
        assert any(getattr(item, "kind", "") == "annotation-file-unreadable" for item in items)


def read(path: Path, **answers: object) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, **answers), size_of=lambda _: None))  # type: ignore[arg-type]


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_labels_beside_their_pictures(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "10.jpg", "a b/11.PNG", "12.jpg")
    put(tmp_path, {"10.txt": "\ufeffcat\r\nBlack cat\r\n\r\n", "a b/11.txt": "dog", "12.txt": "\n", "readme.txt": "x"})
    assert FormatCatalog().detect(tmp_path).info.slug == "side-labels"
    result = read(tmp_path)
    assert {image.path: [(item.category, item.line) for item in image.annotations] for image in result.images} == {
        "10.jpg": [("cat", 1), ("Black cat", 2)],
        "12.jpg": [],
        "a b/11.PNG": [("dog", 1)],
    }
    assert [image.is_explicit_negative for image in result.images] == [False, True, False]
    assert result.problems == ()


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ("cat", "label-duplicate", '"cat" stands in line 1 already; the line is left out (W-421).'),
        ("0 0.5 0.5 0.1 0.1", "label-unknown", '"0 0.5 0.5 0.1 0.1" is no label; the line is left out (W-421).'),
        ("1,2,3,4,cat", "label-unknown", "is no label"),
        ("cat 0.0 0 1.5 10 20 30 40 1 1 1 1 1 1 1", "label-unknown", "is no label"),
        ("word " * 7, "label-unknown", "is no label"),
        ("x" * 65, "label-unknown", "is no label"),
        ("images/train/1.jpg", "label-unknown", "is no label"),
    ],
)
def test_a_line_that_is_no_label_is_told(tmp_path: Path, pictures: Pictures, row: str, kind: str, words: str) -> None:
    pictures(tmp_path, "1.jpg")
    put(tmp_path, {"1.txt": f"cat\n{row}\ndog\n"})
    result = read(tmp_path)
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.file) == (kind, 2, str(tmp_path / "1.txt"))
    assert words in problem.text
    assert [item.category for item in result.images[0].annotations] == ["cat", "dog"]


def test_what_is_left_out_is_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "1.jpg", "2.jpg")
    put(tmp_path, {"1.txt": "cat", "gone.txt": "dog", "train.txt": "1.jpg\n2.jpg\n"})
    (tmp_path / "2.txt").write_bytes(b"K\xe4fig\n")
    result = read(tmp_path)
    assert [problem.kind for problem in result.problems] == ["names-not-utf8", "label-without-image"]
    assert result.categories == ("K\\xe4fig", "cat")
    assert read(tmp_path, names_encoding="cp1252").categories == ("Käfig", "cat")
    with pytest.raises(FormatError, match="holds no text file of labels"):
        read(pictures(tmp_path / "other", "a.jpg"))


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("0 0.5 0.5 0.1 0.1\n", "yolo"),
        ("1 0.1 0.1 0.5 0.1 0.5 0.5\n", "yolo"),
        ("In those days a decree went out that all the world should be registered, each in his town.\n", "images"),
        ("10 20 30 20 30 40 10 40 ship 0\n", "yolo"),
        ("cat\0", "images"),
    ],
)
def test_rows_of_numbers_and_texts_are_no_labels(tmp_path: Path, pictures: Pictures, text: str, slug: str) -> None:
    pictures(tmp_path, "1.jpg", "2.jpg")
    put(tmp_path, {"1.txt": text, "2.txt": text})
    assert FORMAT.detect(tmp_path) == 0
    assert FormatCatalog().detect(tmp_path).info.slug == slug


def test_short_transcriptions_are_no_labels_for_each_is_another(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, *(f"{n}.jpg" for n in range(9)))
    put(tmp_path, {f"{n}.txt": f"Folio {n}" for n in range(9)})
    assert FORMAT.detect(tmp_path) == 0
    put(tmp_path, {f"{n}.txt": "odd" if n % 2 else "even" for n in range(9)})
    assert FORMAT.detect(tmp_path) > 0.5


def test_writing_tells_what_would_not_be_read_again_and_refuses_one_file_for_two(tmp_path: Path) -> None:
    text = "a class whose name has more words than labels have"
    images = [RawImage("a.jpg", (RawAnnotation(text, None), RawAnnotation("cat", None), RawAnnotation("cat", None)))]
    written = write_data_set(FORMAT, images, [text, "cat"], tmp_path / "out")
    assert [(p.kind, p.severity) for p in written.problems] == [("category-name-unreadable", Severity.WARNING)]
    assert (tmp_path / "out" / "a.txt").read_text() == f"{text}\ncat\n"
    with pytest.raises(RefusedError, match="differ only in their ending"):
        write_data_set(FORMAT, [*images, replace(images[0], path="a.png")], [text, "cat"], tmp_path / "two")


def test_pictures_beside_their_labels_count_before_a_folder_of_images(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg", "images/b.jpg")
    put(tmp_path, {"a.txt": "cat\n", "images/b.txt": "dog\n"})

    result = read(tmp_path)

    assert {image.path: image.annotations[0].category for image in result.images} == {
        "a.jpg": "cat",
        "images/b.jpg": "dog",
    }
    assert not result.problems


def test_which_of_two_pictures_of_a_name_is_meant_is_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg", "a.png")
    put(tmp_path, {"a.txt": "cat\n"})

    result = read(tmp_path)

    assert [image.path for image in result.images] == ["a.jpg"]
    assert [problem.kind for problem in result.problems] == ["image-ambiguous"]
