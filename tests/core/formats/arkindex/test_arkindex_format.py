"""Arkindex exports of every age, as programs and people left them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError
from core.formats.arkindex import FORMAT, database
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.writing import write_data_set
from tests.core.formats.arkindex.exports import AGES, NEW, Export, page_with_lines, rectangle

SIZE = PictureSize(100, 80)


def _pictures(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _read(path: Path, root: Path | None = None, *, size: PictureSize = SIZE, **options: str) -> ReadResult:
    answers = tuple((name.replace("_", "-"), value) for name, value in options.items())
    return gather(FORMAT.read(ImportSource(path, images_root=root, options=answers), size_of=lambda _: size))


def _kinds(result: ReadResult) -> set[str]:
    return {problem.kind for problem in result.problems}


def _shapes(image: RawImage) -> list[object]:
    return [annotation.geometry for annotation in image.annotations]


@pytest.mark.parametrize("age", list(AGES))
def test_exports_of_every_age_are_read_alike(tmp_path: Path, age: str) -> None:
    export = page_with_lines(tmp_path / "export.sqlite", age)
    root = _pictures(tmp_path / "pictures", "folder/page_1.jpg")

    result = _read(export.path, root)

    (image,) = result.images
    assert (image.path, image.width, image.height, image.stated_set) == ("folder/page_1.jpg", 100, 80, "val")
    assert image.source_file == str(export.path)
    zone, first, second, made, letter, listed = image.annotations
    assert (zone.category, zone.geometry) == ("zone", Box(5, 5, 95, 70))
    assert first.geometry == Polygon(((10, 10, 60, 12, 55, 20),))
    assert first.details == AnnotationDetails(
        "line-1", "zone-1", 0, "Été 1901", attributes=(("hand", "B"), ("arkindex:name", "first"))
    )
    assert second.details is not None and (second.details.order, second.details.text) == (1, None)
    assert (first.made_by, first.confidence) == ("", None)
    assert (made.made_by, made.confidence) == ("Lines of 1900", 0.75)
    assert (letter.category, letter.geometry, letter.made_by) == ("letter", None, "")
    assert (listed.category, listed.made_by, listed.confidence) == ("list", "Lines of 1900", 0.5)
    assert image.details is not None and image.details.stated_id == "image-1"
    assert image.details.url == "https://iiif.example.org/iiif/2/folder%2Fpage_1.jpg"
    assert image.details.get("folio") == "1r"
    assert result.categories == ("zone", "text_line", "letter", "list")
    assert {problem.severity for problem in result.problems} == {Severity.INFO}
    assert _kinds(result) == {"arkindex-types", "texts-left-out"}


def test_a_version_of_a_worker_alone_is_a_worker_too(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite", "0.1.9")
    export.run("UPDATE element SET worker_version_id = 'version of run-1' WHERE id = 'line-2'")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    (image,) = _read(export.path, root).images

    assert [item.made_by for item in image.annotations if item.category == "text_line"] == [
        "",
        "Line finder",
        "Lines of 1900",
    ]


@pytest.mark.parametrize("state", ["rejected", "validated"])
def test_a_person_has_the_last_word_on_a_class(tmp_path: Path, state: str) -> None:
    export = page_with_lines(tmp_path / "export.sqlite", "0.2.0")
    export.run("UPDATE classification SET state = ? WHERE id = 'c2'", (state,))
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    (image,) = _read(export.path, root).images

    found = [item for item in image.annotations if item.category == "list"]
    assert [item.made_by for item in found] == ([""] if state == "validated" else [])


def test_what_is_newer_or_unsaid_is_told_and_read(tmp_path: Path) -> None:
    root = _pictures(tmp_path / "pictures", "page_1.jpg")
    newer = _read(page_with_lines(tmp_path / "newer.sqlite", version=99).path, root)
    unsaid = page_with_lines(tmp_path / "unsaid.sqlite")
    unsaid.run("DROP TABLE export_version")

    (told,) = [problem for problem in newer.problems if problem.code]
    assert (told.code, told.kind) == ("W-203", "export-version-newer") and "version 99" in told.text
    assert "export-version-missing" in _kinds(_read(unsaid.path, root))
    assert len(newer.images) == 1


def test_what_is_no_export_is_refused_with_its_code(tmp_path: Path) -> None:
    text = tmp_path / "text.sqlite"
    text.write_bytes(b"hello")
    other = Export(tmp_path / "other.sqlite")
    other.run("DROP TABLE element")

    for path, code in ((text, "E-201"), (other.path, "E-202")):
        assert 0 < FORMAT.detect(path) < 0.5
        with pytest.raises(FormatError) as caught:
            _read(path, tmp_path)
        assert caught.value.code == code and caught.value.hint
    with pytest.raises(FormatError) as caught:
        _read(tmp_path)
    assert caught.value.code == "E-202"


def test_a_folder_with_several_databases_asks_for_one(tmp_path: Path) -> None:
    first, second = page_with_lines(tmp_path / "a.sqlite"), page_with_lines(tmp_path / "b.sqlite")
    root = _pictures(tmp_path / "images", "page_1.jpg")
    assert FORMAT.detect(tmp_path) > 0.5

    with pytest.raises(FormatError, match="There are 2 databases"):
        _read(tmp_path, root)

    source = ImportSource(tmp_path, images_root=root, left_out=(second.path,))
    (image,) = gather(FORMAT.read(source, size_of=lambda _: SIZE)).images
    assert image.source_file == str(first.path)


def test_remote_images_without_a_folder_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")

    with pytest.raises(FormatError) as caught:
        _read(export.path)

    assert caught.value.code == "W-204"
    assert "1 image on remote servers (iiif.example.org)" in caught.value.text
    assert "Choose the folder" in caught.value.hint


@pytest.mark.parametrize(
    "place", ["images/page_1.jpg", "export/page_1.jpg", "page_1.jpg", "images/deep/folder/page_1.jpg"]
)
def test_pictures_beside_the_database_are_found(tmp_path: Path, place: str) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    _pictures(tmp_path, place)

    result = _read(export.path)

    (image,) = result.images
    assert (result.images_root / image.path) == tmp_path / place


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("folder%2Fpage_1.jpg/full/max/0/default.jpg", "folder/page_1.jpg"),
        ("page_1.jpg/full/full/0/default.jpg", "page_1.jpg"),
        ("page_1.jpg/info.json", "a/page_1.jpg"),
        ("page%20%C3%A9.tif/0,0,10,10/200,/!90/native.png", "page é.tif"),
        ("ark:/12148/btv1b8/f11", "btv1b8/f11.jpg"),
        ("page_1.tif", "page_1.jpg"),
        ("0123", "image-1.png"),
        ("0123", "f. 1r.jpg"),
        ("page_1.jpg?x=../../etc/passwd", "page_1.jpg"),
    ],
)
def test_pictures_are_found_by_address_id_or_name(tmp_path: Path, url: str, file: str) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE image SET url = 'https://iiif.example.org/iiif/2/' || ?", (url,))
    root = _pictures(tmp_path / "pictures", file, "another.jpg")

    (image,) = _read(export.path, root).images

    assert image.path == file


def test_pages_called_the_same_in_several_folders_are_not_mixed_up(tmp_path: Path) -> None:
    export = Export(tmp_path / "export.sqlite")
    for folder in ("a", "b", "c"):
        export.image(f"image-{folder}", f"{folder}%2F1.jpg")
        export.element(f"page-{folder}", "page", f"image-{folder}", rectangle(0, 0, 100, 80))
        export.element(f"line-{folder}", "line", f"image-{folder}", rectangle(1, 1, 9, 9), f"page-{folder}")
    root = _pictures(tmp_path / "pictures", "a/1.jpg", "x/b/1.jpg", "1.jpg")

    result = _read(export.path, root)

    assert {
        image.path: image.annotations[0].details.stated_id for image in result.images if image.annotations[0].details
    } == {
        "a/1.jpg": "line-a",
        "x/b/1.jpg": "line-b",
    }
    (told,) = [problem for problem in result.problems if problem.code == "W-204"]
    assert told.text.startswith("1 image of the 3 on remote servers") and "c/1.jpg" in told.text


def test_nothing_is_written_beside_the_database_whatever_its_mode(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("PRAGMA journal_mode = WAL")
    _pictures(tmp_path, "images/page_1.jpg")
    names, content = sorted(_names(tmp_path)), export.path.read_bytes()
    assert content[18:20] == b"\2\2", "the file says that it is used with a write-ahead log"

    seen = set()
    for _ in FORMAT.read(ImportSource(export.path), size_of=lambda _: SIZE):
        seen.add(tuple(sorted(_names(tmp_path))))

    assert seen == {tuple(names)} == {tuple(sorted(_names(tmp_path)))}
    assert export.path.read_bytes() == content


@pytest.mark.parametrize("ending", ["wal", "shm", "journal"])
def test_a_database_that_is_in_use_is_not_even_opened(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be Calque's own registry: opening and closing its file would drop the locks of this process."""
    export = page_with_lines(tmp_path / "export.sqlite")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")
    (tmp_path / f"export.sqlite-{ending}").write_bytes(b"something")
    opened: list[object] = []
    monkeypatch.setattr(database, "head_of", lambda path, n: opened.append(path))

    with pytest.raises(FormatError, match=rf'"export\.sqlite-{ending}" lies beside it'):
        _read(export.path, root)
    assert FORMAT.detect(export.path) < 0.5 and FORMAT.detect(tmp_path) == 0
    assert not opened


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")
    reading = FORMAT.read(ImportSource(export.path, images_root=root), size_of=lambda _: SIZE)
    items = iter(reading)
    next(item for item in items if isinstance(item, RawImage))
    export.run("CREATE TABLE another (a)")

    with pytest.raises(FormatError, match="was changed while it was read"):
        list(items)


@pytest.mark.parametrize(("answer", "expected"), [("by-class", Box), ("boxes", Box), ("polygons", Polygon)])
def test_rectangles_are_boxes_where_a_class_has_nothing_else(tmp_path: Path, answer: str, expected: type) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.element("line-4", "text_line", "image-1", rectangle(1, 1, 9, 9), "page-1")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    (image,) = _read(export.path, root, rectangles=answer).images

    kinds = {item.details.stated_id: type(item.geometry) for item in image.annotations if item.details}
    assert kinds["zone-1"] is expected
    assert kinds["line-4"] is (Box if answer == "boxes" else Polygon)
    assert kinds["line-1"] is Polygon


def test_types_and_pages_can_be_chosen(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    lines = _read(export.path, root, types="text_line")
    pages = _read(export.path, root, types="page, zone")
    zones = _read(export.path, root, page_type="zone")

    assert {item.category for item in lines.images[0].annotations if item.geometry} == {"text_line"}
    assert "passed over, for they hold pages or were not named: zone" in " ".join(p.text for p in lines.problems)
    assert [item.category for item in pages.images[0].annotations if item.geometry] == ["page", "zone"]
    assert {item.category for item in zones.images[0].annotations} == {"text_line"}
    for option in ({"types": "page,line"}, {"page_type": "line"}):
        with pytest.raises(FormatError, match='of the type "line"') as caught:
            _read(export.path, root, **option)
        assert "page, zone, text_line" in caught.value.hint


def test_what_holds_pages_is_no_class(tmp_path: Path) -> None:
    """A double page with an image of its own, two pages that each take half of it, and lines on these."""
    export = Export(tmp_path / "export.sqlite")
    export.image("image-1", "1.jpg")
    export.element("double", "double_page", "image-1", rectangle(0, 0, 100, 80))
    for side, x in (("left", 0), ("right", 50)):
        export.element(side, "page", "image-1", rectangle(x, 0, x + 50, 80), "double")
        export.element(f"line-{side}", "line", "image-1", rectangle(x + 5, 5, x + 40, 10), side)
    root = _pictures(tmp_path / "pictures", "1.jpg")

    found = _read(export.path, root)
    by_pages = _read(export.path, root, page_type="page")

    assert found.categories == ("page", "line"), "pages are what was drawn on double pages"
    assert by_pages.categories == ("line",)
    (image,) = by_pages.images
    assert [item.details.parent for item in image.annotations if item.details] == ["left", "right"]
    assert image.details is not None
    assert len([name for name, _ in image.details.attributes if name == "arkindex:page"]) == 2


def test_polygons_lie_on_the_stored_picture_however_a_page_is_shown(tmp_path: Path) -> None:
    """Rotation and mirroring say how Arkindex shows what it has cut out; the polygon is not turned by them."""
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE element SET rotation_angle = 90, mirrored = 1 WHERE type = 'page'")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    result = _read(export.path, root)

    assert _shapes(result.images[0])[0] == Box(5, 5, 95, 70)
    assert "page-shown-turned" in _kinds(result)
    assert '"rotation": "90", "mirrored": "1"' in str(result.images[0].details)


@pytest.mark.parametrize(
    ("angle", "mirrored", "size", "expected"),
    [
        (90, 0, (80, 100), Box(10, 5, 75, 95)),
        (90, 1, (80, 100), Box(10, 5, 75, 95)),
        (270, 0, (80, 100), Box(5, 5, 70, 95)),
        (180, 0, (100, 80), Box(5, 10, 95, 75)),
        (0, 1, (100, 80), Box(5, 5, 95, 70)),
    ],
)
def test_pictures_made_from_what_is_shown_get_turned_shapes(
    tmp_path: Path, angle: int, mirrored: int, size: tuple[int, int], expected: Box
) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE element SET rotation_angle = ?, mirrored = ? WHERE type = 'page'", (angle, mirrored))
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    result = _read(export.path, root, size=PictureSize(*size), pictures="shown")

    assert _shapes(result.images[0])[0] == expected
    assert "picture-turned" in _kinds(result)
    first = result.images[0].annotations[1].geometry
    x, y = {(90, 0): (70, 10), (90, 1): (70, 90), (270, 0): (10, 90), (180, 0): (90, 70), (0, 1): (90, 10)}[
        angle, mirrored
    ]
    assert isinstance(first, Polygon) and first.rings[0][:2] == (x, y), "(10, 10) of 100 x 80, mirrored, then turned"


def test_a_picture_whose_size_is_turned_is_taken_as_shown(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.run("UPDATE element SET rotation_angle = 90 WHERE type = 'page'")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    result = _read(export.path, root, size=PictureSize(80, 100))

    assert _shapes(result.images[0])[0] == Box(10, 5, 75, 95)
    assert (result.images[0].width, result.images[0].height) == (80, 100)


@pytest.mark.parametrize(
    ("size", "kind", "expected"),
    [((50, 40), "picture-scaled", Box(2.5, 2.5, 47.5, 35)), ((100, 200), "image-size-differs", Box(5, 5, 95, 70))],
)
def test_smaller_copies_of_the_pictures_get_smaller_shapes(
    tmp_path: Path, size: tuple[int, int], kind: str, expected: Box
) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    result = _read(export.path, root, size=PictureSize(*size))

    assert _shapes(result.images[0])[0] == expected
    assert kind in _kinds(result)


def test_sets_come_from_the_only_dataset_or_the_named_one(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    export.insert("dataset", id="d2", name="Zones", description="", sets="train")
    export.insert("dataset_element", id="de2", element_id="folder-1", dataset_id="d2", set_name="train")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    several = _read(export.path, root)

    assert several.images[0].stated_set == "" and "datasets-not-taken" in _kinds(several)
    assert _read(export.path, root, dataset="Lines").images[0].stated_set == "val"
    assert _read(export.path, root, dataset="Zones").images[0].stated_set == "train", "all pages of a folder"
    with pytest.raises(FormatError, match='no dataset "Lions"') as caught:
        _read(export.path, root, dataset="Lions")
    assert "Lines, Zones" in caught.value.hint


def test_sets_that_are_unknown_or_contradict_each_other_are_told(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")
    export.insert("dataset_element", id="de2", element_id="page-1", dataset_id="d1", set_name="train")
    contradiction = _read(export.path, root)
    export.run("DELETE FROM dataset_element WHERE id = 'de2'")
    export.run("UPDATE dataset_element SET set_name = 'blind'")
    unknown = _read(export.path, root)

    assert contradiction.images[0].stated_set == unknown.images[0].stated_set == ""
    assert "image-in-several-sets" in _kinds(contradiction)
    assert [p.text for p in unknown.problems if p.kind == "set-unknown"] == [
        'The set "blind" (1 image) is none of train, val and test; it is not kept.'
    ]


def test_bare_pages_are_empty_only_where_a_dataset_holds_them(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    for number in (2, 3):
        export.image(f"image-{number}", f"page_{number}.jpg")
        export.element(f"page-{number}", "page", f"image-{number}", rectangle(0, 0, 100, 80), "folder-1")
    export.insert("dataset_element", id="de2", element_id="page-2", dataset_id="d1", set_name="train")
    root = _pictures(tmp_path / "pictures", "page_1.jpg", "page_2.jpg", "page_3.jpg")

    result = _read(export.path, root)

    assert [image.is_explicit_negative for image in result.images] == [False, True, False]
    assert {"images-empty", "images-not-annotated"} <= _kinds(result)


def test_elements_of_no_sense_cost_nobody_else(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    bad = [
        "[[1, 2], [3",
        "7",
        '[["a", 1]]',
        "[" * 5000,
        "[[1e999, 2], [3, 4], [5, 9]]",
        "[[1, 1], [2, 2]]",
        b"\xff\0",
        3,
    ]
    for number, polygon in enumerate(bad):
        export.element(f"bad-{number}", "text_line", "image-1", polygon, "page-1")
    export.element("outside", "text_line", "image-1", rectangle(500, 500, 600, 600), "page-1")
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    result = _read(export.path, root)

    assert len(result.images[0].annotations) == 6
    left = [problem for problem in result.problems if problem.text.endswith("it is left out.")]
    assert len(left) == len(bad) + 1 and all(problem.file == str(export.path) for problem in left)


def test_ids_texts_addresses_and_order_come_out_again(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    ids = {
        name: f"{number:08d}-0000-4000-8000-000000000000"
        for number, name in enumerate(("page-1", "zone-1", "line-1", "line-2", "line-3", "image-1"))
    }
    for old, new in ids.items():
        for table, column in (
            *(("element", "id"), ("element", "image_id"), ("image", "id"), ("element_path", "parent_id")),
            *(("element_path", "child_id"), ("transcription", "element_id"), ("metadata", "element_id")),
            *(("classification", "element_id"), ("dataset_element", "element_id")),
        ):
            export.run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
    export.run("UPDATE element SET rotation_angle = 180 WHERE type = 'page'")
    root = _pictures(tmp_path / "pictures", "folder/page_1.jpg")
    first = _read(export.path, root)

    write_data_set(FORMAT, iter(first.images), first.categories, tmp_path / "out")
    again = _read(tmp_path / "out", root)

    assert [replace(image, source_file="") for image in again.images] == [
        replace(image, source_file="") for image in first.images
    ]
    assert again.categories == first.categories


def test_ids_of_other_programs_and_baselines_come_back(tmp_path: Path) -> None:
    details = AnnotationDetails("line_7", "zone_1", 3, "text", (1.0, 2.0, 9.0, 2.5), attributes=(("hand", "B"),))
    zone = AnnotationDetails("zone_1", order=0)
    export = Export(tmp_path / "export.sqlite", NEW)
    export.image("i", "a.jpg")
    export.element("p", "page", "i", rectangle(0, 0, 100, 80))
    export.element("z", "zone", "i", rectangle(0, 0, 50, 50), "p")
    export.element("l", "line", "i", [[1, 1], [9, 1], [9, 5]], "z")
    root = _pictures(tmp_path / "pictures", "a.jpg")
    (image,) = _read(export.path, root).images
    outer, inner = image.annotations
    changed = replace(
        image, annotations=(replace(outer, details=zone), replace(inner, details=details)), details=None, source_file=""
    )

    write_data_set(FORMAT, iter((changed,)), ("zone", "line"), tmp_path / "out")
    (back,) = _read(tmp_path / "out", root).images

    assert back == replace(changed, source_file=str(tmp_path / "out" / "arkindex.sqlite"))


def test_both_pages_of_a_double_page_come_out_again(tmp_path: Path) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(5)]
    export = Export(tmp_path / "export.sqlite")
    export.image(ids[0], "1.jpg")
    for side, (page, line) in enumerate(((ids[1], ids[2]), (ids[3], ids[4]))):
        x = 50 * side
        export.element(page, "page", ids[0], rectangle(x, 0, x + 50, 80), rotation_angle=90 * side, mirrored=side)
        export.element(line, "line", ids[0], [[x + 1, 1], [x + 9, 1], [x + 5, 7]], page)
        export.insert("metadata", id=f"m{side}", name="folio", value=str(side), type="text", element_id=page)
    export.insert("transcription", id="t", text="A whole page", element_id=ids[1])
    root = _pictures(tmp_path / "pictures", "1.jpg")
    first = _read(export.path, root)

    write_data_set(FORMAT, iter(first.images), first.categories, tmp_path / "out")
    (back,) = _read(tmp_path / "out", root).images

    (image,) = first.images
    assert [item.details.parent for item in image.annotations if item.details] == [ids[1], ids[3]]
    assert image.details is not None and image.details.get("arkindex:text") == "A whole page"
    assert back.annotations == image.annotations
    assert back.details is not None and sorted(back.details.attributes) == sorted(image.details.attributes)


def test_what_a_model_made_comes_out_again_as_such(tmp_path: Path) -> None:
    made = [
        RawAnnotation("line", Box(1, 1, 9, 9), made_by="YOLO | Pellet (page)", confidence=0.5),
        RawAnnotation("line", None, made_by="YOLO | Pellet (page)", confidence=0.25),
        RawAnnotation("line", Box(1, 1, 9, 9)),
    ]
    root = _pictures(tmp_path / "pictures", "a.jpg")
    image = RawImage("a.jpg", tuple(made), 100, 80, stated_set="test")

    write_data_set(FORMAT, iter((image,)), ("line",), tmp_path / "out")
    (back,) = _read(tmp_path / "out", root).images

    assert sorted(back.annotations, key=repr) == sorted(made, key=repr)
    assert back.stated_set == "test"


def test_entities_and_embeddings_are_counted(tmp_path: Path) -> None:
    export = page_with_lines(tmp_path / "export.sqlite")
    for number in range(2):
        export.insert(
            "transcription_entity", id=f"e{number}", type_id="t", length=1, offset=number, transcription_id="t1"
        )
    export.insert(
        "embedding", id="v", created=1.0, updated=1.0, element_id="line-1", worker_run_id="run-1", value="[1]"
    )
    root = _pictures(tmp_path / "pictures", "page_1.jpg")

    texts = [problem.text for problem in _read(export.path, root).problems]

    assert "2 entities in texts are left out." in texts and "1 embedding is left out." in texts


def test_no_reading_order_is_made_up(tmp_path: Path) -> None:
    details = AnnotationDetails(attributes=(("truncated", "1"),))
    second = AnnotationDetails(order=1, attributes=(("truncated", "1"),))
    image = RawImage(
        "a.jpg",
        (RawAnnotation("cat", Box(1, 1, 9, 9), details=details), RawAnnotation("cat", Box(2, 2, 8, 8), details=second)),
        100,
        80,
    )
    root = _pictures(tmp_path / "pictures", "a.jpg")
    write_data_set(FORMAT, [image], ["cat"], tmp_path / "out")

    (back,) = _read(tmp_path / "out" / "arkindex.sqlite", root).images
    assert [annotation.details for annotation in back.annotations] == [details, second]
