from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError, NotFoundError
from core.formats.base import gather
from core.formats.catalog import FormatCatalog
from core.formats.testing import CATEGORIES, IMAGES
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]

CATALOG = FormatCatalog()


@pytest.mark.parametrize("slug", ["coco", "yolo", "alto"])
def test_every_written_format_is_told_from_the_others(tmp_path: Path, pictures: Pictures, slug: str) -> None:
    target = tmp_path / "out"
    write_data_set(CATALOG.get(slug), IMAGES, CATEGORIES, target)
    pictures(target, *(image.path for image in IMAGES))
    assert CATALOG.detect(target).info.slug == slug
    others = [info.slug for info in CATALOG.list_formats() if CATALOG.get(info.slug).detect(target) > 0.5]
    assert others == [slug]


@pytest.mark.parametrize(("slug", "file"), [("coco", "annotations.json"), ("yolo", "data.yaml"), ("alto", "a.xml")])
def test_a_single_file_is_detected(tmp_path: Path, slug: str, file: str) -> None:
    images = [RawImage("a.jpg", (RawAnnotation("text_line", IMAGES[0].annotations[0].geometry),), 100, 80)]
    write_data_set(CATALOG.get(slug), images, ["text_line"], tmp_path / "out")
    assert CATALOG.detect(tmp_path / "out" / file).info.slug == slug


def test_images_alone_are_the_last_resort_and_other_files_are_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a/b.jpg", "c.png")
    (tmp_path / "c.xml").write_text("<annotation/>")
    found = CATALOG.detect(tmp_path)
    assert found.info.slug == "images"
    result = gather(found.read(ImportSource(tmp_path), size_of=lambda _: None))
    assert [image.path for image in result.images] == ["a/b.jpg", "c.png"]
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("annotations-not-read", Severity.INFO)
    ]


def test_refusal_says_what_was_seen_and_what_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="it is empty"):
        CATALOG.detect(tmp_path)
    (tmp_path / "a.xml").write_text("<annotation><filename/></annotation>")
    (tmp_path / "b.docx").write_bytes(b"PK")
    (tmp_path / "c.docx").write_bytes(b"PK")
    with pytest.raises(FormatError) as caught:
        CATALOG.detect(tmp_path)
    assert "2 .docx files, 1 .xml file (Pascal VOC)" in caught.value.text
    for info in CATALOG.list_formats():
        assert info.reads in caught.value.hint
    with pytest.raises(FormatError, match="Pascal VOC"):
        CATALOG.detect(tmp_path / "a.xml")


@pytest.mark.parametrize("name", ["none", "x" * 300, "nul\0"])
def test_path_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError):
        CATALOG.detect(tmp_path / name)


def test_unknown_slug_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError) as caught:
        CATALOG.get("voc")
    assert "coco, yolo, alto, images" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "the file is empty"), (b"[1, 2]", "its content is of no .json kind that is read")]
)
def test_a_file_with_the_right_ending_and_nothing_to_read(tmp_path, content, sentence):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(FormatError) as caught:
        CATALOG.detect(tmp_path / "a.json")
    assert sentence in caught.value.text
