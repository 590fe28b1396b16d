from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.errors import FormatError, NotFoundError
from core.formats.base import gather
from core.formats.catalog import GROUP, FormatCatalog
from core.formats.testing import CATEGORIES, IMAGES
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]

CATALOG = FormatCatalog()


@pytest.mark.parametrize("slug", ["coco", "yolo", "alto", "voc"])
def test_every_written_format_is_told_from_the_others(tmp_path: Path, pictures: Pictures, slug: str) -> None:
    target = tmp_path / "out"
    write_data_set(CATALOG.get(slug), IMAGES, CATEGORIES, target)
    pictures(target, *(image.path for image in IMAGES))
    assert CATALOG.detect(target).info.slug == slug
    others = [info.slug for info in CATALOG.list_formats() if CATALOG.get(info.slug).detect(target) > 0.5]
    assert others == [slug]


@pytest.mark.parametrize(
    ("slug", "file"),
    [
        ("coco", "annotations.json"),
        ("yolo", "data.yaml"),
        ("alto", "a.xml"),
        ("voc", "Annotations/a.xml"),
        ("csv", "annotations.csv"),
        ("modelarts", "Dataset-V001.manifest"),
    ],
)
def test_a_single_file_is_detected(tmp_path: Path, slug: str, file: str) -> None:
    images = [RawImage("a.jpg", (RawAnnotation("text_line", IMAGES[0].annotations[0].geometry),), 100, 80)]
    write_data_set(CATALOG.get(slug), images, ["text_line"], tmp_path / "out")
    assert CATALOG.detect(tmp_path / "out" / file).info.slug == slug


def test_images_alone_are_the_last_resort(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a/b.jpg", "c.png")
    (tmp_path / "c.xml").write_text("<annotation/>")
    found = CATALOG.detect(tmp_path)
    assert found.info.slug == "images"
    result = gather(found.read(ImportSource(tmp_path), size_of=lambda _: None))
    assert [image.path for image in result.images] == ["a/b.jpg", "c.png"]
    assert result.problems == ()


def test_refusal_says_what_was_seen_and_what_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="it is empty"):
        CATALOG.detect(tmp_path)
    (tmp_path / "a.json").write_text('{"1": {"regions": [{"shape_attributes": {}}]}}')
    (tmp_path / "b.docx").write_bytes(b"PK")
    (tmp_path / "c.docx").write_bytes(b"PK")
    with pytest.raises(FormatError) as caught:
        CATALOG.detect(tmp_path)
    assert "2 .docx files, 1 .json file (VIA (VGG Image Annotator))" in caught.value.text
    for info in CATALOG.list_formats():
        assert info.reads in caught.value.hint
    with pytest.raises(FormatError, match="VIA"):
        CATALOG.detect(tmp_path / "a.json")


@pytest.mark.parametrize("name", ["none", "x" * 300, "nul\0"])
def test_path_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError):
        CATALOG.detect(tmp_path / name)


def test_unknown_slug_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError) as caught:
        CATALOG.get("no-such")
    assert re.search("coco, yolo, .*alto, .*images", caught.value.hint)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "the file is empty"), (b"[1, 2]", "its content is of no .json kind that is read")]
)
def test_a_file_with_the_right_ending_and_nothing_to_read(tmp_path, content, sentence):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(FormatError) as caught:
        CATALOG.detect(tmp_path / "a.json")
    assert sentence in caught.value.text


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_that_is_not_there", "ModuleNotFoundError: No module named 'a_library_that_is_not_there'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def broken(:", "SyntaxError"),
        ("FORMAT = 'a string'", "is not an AnnotationFormat"),
        ("from core.formats.coco import FORMAT", 'calls itself "coco"'),
        (
            "from dataclasses import replace\nfrom core.formats.coco.format import CocoFormat\n"
            "class Old(CocoFormat):\n    info = replace(CocoFormat.info, slug='broken', contract=1)\nFORMAT = Old()",
            "keeps contract 1; this Calque speaks 2",
        ),
        ("", "AttributeError"),
    ],
)
def test_a_broken_plug_in_is_listed_with_the_reason_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"format_plug_in_{abs(hash(source))}"
    (tmp_path / f"{name}.py").write_text(source)
    entries = [EntryPoint("broken", f"{name}:FORMAT", GROUP), EntryPoint("coco", "core.formats.coco:FORMAT", GROUP)]
    catalog = FormatCatalog(entries)
    listed = catalog.list_formats()
    assert [info.slug for info in listed] == ["coco", "broken"]
    assert reason in listed[1].unavailable_reason
    assert not listed[1].is_available and not listed[1].can_write
    with pytest.raises(FormatError, match="is not available"):
        catalog.get("broken")
    (tmp_path / "x.json").write_text('{"images": [], "annotations": [], "categories": []}')
    assert catalog.detect(tmp_path / "x.json").info.slug == "coco"


def test_the_built_in_formats_are_installed_like_any_plug_in_in_their_order() -> None:
    infos = FormatCatalog().list_formats()
    slugs = [info.slug for info in infos]
    assert [slug for slug in slugs if slug in ("coco", "yolo", "alto", "images")] == ["coco", "yolo", "alto", "images"]
    assert slugs[-1] == "images" and {"labelme", "cvat", "label-studio"} & set(slugs)
    assert all(info.is_available for info in infos)
    assert FormatCatalog([]).list_formats() == ()


@pytest.mark.parametrize(
    "module", ["app.main", "app.build", "app.services", "core.formats.catalog", "ui.exports.export_dialog"]
)
def test_no_format_is_loaded_before_it_is_asked_for(module: str) -> None:
    """Neither with the window nor with the catalogue."""
    code = (
        f"import sys, {module}; names = ('coco', 'yolo', 'alto', 'image_folder'); "
        "found = [name for name in names if f'core.formats.{name}' in sys.modules]; "
        "print(found); sys.exit(bool(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_formats_that_may_read_a_folder_are_recognised_with_their_reasons(
    tmp_path: Path, pictures: Pictures
) -> None:
    write_data_set(CATALOG.get("coco"), IMAGES, CATEGORIES, tmp_path / "out")
    pictures(tmp_path / "out", *(image.path for image in IMAGES))
    (tmp_path / "out" / "data.yaml").write_text("train: .\nnames:\n  0: a\n  1: b\n  2: c\nnc: 3\n")
    found = CATALOG.recognise(tmp_path / "out")
    assert [one.format for one in found][:2] == ["coco", "yolo"]
    assert {one.format: one.reason for one in found}["images"] == "it holds pictures"
    assert [one.sureness for one in found] == sorted((one.sureness for one in found), reverse=True)
    assert found[0].reason == "1 .json file looks like COCO"
    assert found[1].reason == "data.yaml names 3 classes"


def test_a_single_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    write_data_set(CATALOG.get("coco"), IMAGES, CATEGORIES, tmp_path / "out")
    (found,) = CATALOG.recognise(tmp_path / "out" / "annotations.json")
    assert (found.format, found.reason) == ("coco", "the file looks like COCO")
