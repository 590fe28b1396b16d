"""Deepomatic's files in each of their forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.domain.details import ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.deepomatic import FORMAT
from core.formats.deepomatic import files as files_module
from core.formats.writing import write_data_set

REGION = {"xmin": 0.1, "xmax": 0.5, "ymin": 0.25, "ymax": 0.5}
BOX = Box(10, 20, 50, 40)
SIZE = PictureSize(100, 80)
HEADER = {
    "name": "Bulk",
    "splits": ["train", "val"],
    "views": [
        {
            "name": "Any",
            "type": "classification",
            "concepts": [{"name": "With"}, {"name": "Without"}],
            "conditions": [],
        },
        {
            "name": "Items",
            "type": "detection",
            "concepts": [{"name": "Item"}],
            "conditions": [[{"name": "With"}]],
            "children": [{"name": "Of what", "type": "tagging", "concepts": [{"name": "Glass"}], "conditions": []}],
        },
    ],
}
ALL = {"bbox": {"xmin": 0, "xmax": 1, "ymin": 0, "ymax": 1}}


def box(*tags: str, **more: Any) -> dict[str, Any]:
    return {"tags": list(tags), "region_type": "Box", "region": REGION} | more


def whole(*tags: str, **more: Any) -> dict[str, Any]:
    return {"tags": list(tags), "region_type": "Whole"} | more


def pictures(folder: Path, *names: str) -> Path:
    for name in names or ("a.jpg", "b.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def read(path: Path, root: Path | None = None, *, size: PictureSize | None = SIZE) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, images_root=root), size_of=lambda _: size))


def studio(tmp_path: Path, *images: Any, tags: Any = ("cat",)) -> Path:
    path = tmp_path / "studio.json"
    path.write_text(json.dumps({"tags": list(tags), "images": list(images)}, indent=1), encoding="utf-8")
    return path


def lines(tmp_path: Path, *content: Any) -> Path:
    path = tmp_path / "studio.txt"
    texts = [item if isinstance(item, str) else json.dumps(item) for item in content]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_the_older_form_is_read(tmp_path: Path) -> None:
    path = studio(
        tmp_path,
        {"location": "a.jpg", "stage": "train", "annotated_regions": [box("cat"), whole("outdoors")]},
        {"location": "b.jpg", "stage": "val", "annotated_regions": []},
        tags=("cat", "dog"),
    )
    root = pictures(tmp_path / "pictures")

    result = read(path, root)

    first, second = result.images
    assert first.annotations == (RawAnnotation("cat", BOX), RawAnnotation("outdoors", None))
    assert (first.stated_set, second.stated_set) == ("train", "val")
    assert (first.width, first.height, first.source_file) == (100, 80, str(path))
    assert second.annotations == () and not second.is_explicit_negative
    assert result.categories == ("cat", "dog", "outdoors")
    assert kinds(result) == ["images-not-annotated"]


def test_lines_behind_a_header_are_read(tmp_path: Path) -> None:
    def at(place: Any, *names: Any) -> dict[str, Any]:
        return {"concepts": [name if isinstance(name, dict) else {"name": name} for name in names], "region": place}

    path = lines(
        tmp_path,
        HEADER,
        {
            "data": [{"file": "a.jpg"}],
            "annotations": [at(ALL, "With"), at({"bbox": REGION}, "Item")],
            "splits": [{"train": 1}],
        },
        "",
        {
            "data": [{"url": "https://x.example.org/some/b.jpg"}],
            "metadata": "shelf B",
            "id": 7,
            "annotations": [
                at(ALL, "Item"),
                at(ALL, {"name": "Without", "bool": False}, {"name": "Glass", "bool": True}),
            ],
            "splits": ["val"],
        },
    )
    root = pictures(tmp_path / "pictures")
    assert FORMAT.detect(path) > 0.5

    result = read(path, root)

    first, second = result.images
    assert first.annotations == (RawAnnotation("With", None), RawAnnotation("Item", BOX))
    assert second.annotations == (RawAnnotation("Item", Box(0, 0, 100, 80)), RawAnnotation("Glass", None))
    assert (first.stated_set, second.stated_set) == ("train", "val")
    assert second.details == ImageDetails(
        "7", "https://x.example.org/some/b.jpg", (("deepomatic:metadata", "shelf B"),)
    )
    assert result.categories == ("With", "Without", "Item", "Glass")
    assert "concepts-denied" in kinds(result)


def test_a_file_for_one_image_and_a_folder_of_them_are_read(tmp_path: Path) -> None:
    pictures(tmp_path)
    for name in ("a", "b"):
        content = {"location": f"{name}.jpg", "stage": "test", "annotated_regions": [box("cat")]}
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    (tmp_path / "other.json").write_text('{"a": 1}')
    (tmp_path / "notes.txt").write_text("0 0.5 0.5 0.1 0.1")

    folder, single = read(tmp_path), read(tmp_path / "b.json")

    assert FORMAT.detect(tmp_path) > 0.5 and FORMAT.detect(tmp_path / "other.json") == 0
    assert [image.path for image in folder.images] == ["a.jpg", "b.jpg"]
    assert [image.path for image in single.images] == ["b.jpg"]
    assert {image.stated_set for image in folder.images} == {"test"}


@pytest.mark.parametrize("is_list", [True, False])
def test_predictions_are_read_as_such(tmp_path: Path, is_list: bool) -> None:
    predicted = [
        {"label_name": "cat", "score": 0.75, "threshold": 0.5, "roi": {"bbox": REGION}},
        {"label_name": "outdoors", "score": 0.9, "threshold": 0.5},
        {"score": 0.9, "threshold": 0.5},
    ]
    content = {"location": "a.jpg", "outputs": [{"labels": {"predicted": predicted, "discarded": []}}]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([content] if is_list else content))
    pictures(tmp_path, "a.jpg")

    result = read(path)

    (image,) = result.images
    assert [(found.category, found.geometry, found.made_by, found.confidence) for found in image.annotations] == [
        ("cat", BOX, "a model of Deepomatic", 0.75),
        ("outdoors", None, "a model of Deepomatic", 0.9),
    ]
    assert image.annotations[0].details is not None
    assert image.annotations[0].details.get("deepomatic:threshold") == "0.5"
    assert [problem.text for problem in result.problems] == ['"a.jpg": Region 3 has no label; it is left out.']


def test_regions_of_no_tag_and_of_several(tmp_path: Path) -> None:
    path = studio(
        tmp_path,
        {"location": "a.jpg", "annotated_regions": [box("cat", "tabby", "cat"), box()]},
        {"location": "b.jpg", "annotated_regions": [whole()]},
        {"location": "c.jpg", "annotated_regions": [whole(), whole("outdoors")]},
    )
    root = pictures(tmp_path / "pictures", "a.jpg", "b.jpg", "c.jpg")

    result = read(path, root)

    several, nothing, something = result.images
    assert several.annotations == (RawAnnotation("cat", BOX), RawAnnotation("tabby", BOX), RawAnnotation(None, BOX))
    assert nothing.is_explicit_negative and nothing.annotations == ()
    assert not something.is_explicit_negative
    assert kinds(result) == ["regions-of-several-tags"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"stage": "validation"}, "val"),
        ({"is_test": True}, "test"),
        ({"split": "train"}, "train"),
        ({"splits": [{"train": True, "val": False}]}, "train"),
        ({"splits": [{"train": True}, {"val": True}]}, ""),
        ({"stage": 3}, ""),
    ],
)
def test_sets_are_read_however_they_are_stated(tmp_path: Path, said: dict[str, Any], expected: str) -> None:
    path = studio(tmp_path, {"location": "a.jpg", "annotated_regions": [box("cat")]} | said)

    (image,) = read(path, pictures(tmp_path / "pictures", "a.jpg")).images

    assert image.stated_set == expected


def test_outlines_are_read_where_there_are_some(tmp_path: Path) -> None:
    region = {"points": [[0.1, 0.25], {"x": 0.5, "y": 0.25}, [0.5, 0.5]]}
    path = studio(
        tmp_path,
        {"location": "a.jpg", "annotated_regions": [{"tags": ["cat"], "region_type": "Polygon", "region": region}]},
    )

    (image,) = read(path, pictures(tmp_path / "pictures", "a.jpg")).images

    assert image.annotations == (RawAnnotation("cat", Polygon(((10, 20, 50, 20, 50, 40),))),)


def test_faults_have_file_and_line_and_cost_nobody_else(tmp_path: Path) -> None:
    bad = [
        7,
        {"tags": ["cat"], "region_type": "Box"},
        box("cat", region={"xmin": 0.1}),
        box("cat", region=REGION | {"xmax": float("nan")}),
        box("cat", region=REGION | {"xmax": 0.1}),
        box("cat", region={"points": [[1]]}),
        box("cat", region={k: v + 5 for k, v in REGION.items()}),
    ]
    path = studio(
        tmp_path,
        {"location": "gone.jpg", "annotated_regions": [box("cat")]},
        {"location": "a.jpg", "annotated_regions": [*bad, box("cat")]},
        {"location": "../b.jpg", "annotated_regions": []},
        {"annotated_regions": []},
        "text",
        {"location": "a.jpg", "annotated_regions": [box("cat")]},
    )
    text = path.read_text().splitlines()

    result = read(path, pictures(tmp_path / "pictures"))

    (image,) = result.images
    assert image.annotations == (RawAnnotation("cat", BOX),)
    found = [(problem.kind, problem.line) for problem in result.problems]
    assert len(found) == len(bad) + 5
    where = {kind: line for kind, line in found if line is not None}
    assert "gone.jpg" in text[where["image-missing"]] and "../b.jpg" in text[where["path-unsafe"]]
    assert where["image-duplicate-name"] > where["region-invalid"]
    assert all(problem.file == str(path) and problem.line for problem in result.problems)


def test_lines_that_cannot_be_read_cost_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "MAX_LINE", 20_000)
    monkeypatch.setattr(files_module, "_PIECE", 1_000)
    good = {"data": [{"file": "a.jpg"}], "annotations": [{"concepts": [{"name": "Item"}], "region": {"bbox": REGION}}]}
    path = lines(
        tmp_path, HEADER, "{", "[]", "[" * 15_000, '"' + "x" * 60_000 + '"', '{"a": ' + "9" * 9_000 + "}", good
    )

    result = read(path, pictures(tmp_path / "pictures"))

    (image,) = result.images
    assert image.annotations == (RawAnnotation("Item", BOX),)
    told = {problem.line: problem.text for problem in result.problems if problem.kind == "line-invalid"}
    assert sorted(line for line in told if line) == [2, 3, 4, 5, 6]
    assert "is longer than" in told[5] and "nested too deeply" in told[4]


def test_without_the_size_of_a_picture_nothing_has_a_place_on_it(tmp_path: Path) -> None:
    path = studio(tmp_path, {"location": "a.jpg", "annotated_regions": [box("cat"), whole("outdoors")]})

    result = read(path, pictures(tmp_path / "pictures", "a.jpg"), size=None)

    assert result.images[0].annotations == (RawAnnotation("outdoors", None),)
    assert kinds(result) == ["image-size-unknown"]


def test_likely_pictures_take_none_from_sure_ones(tmp_path: Path) -> None:
    path = studio(
        tmp_path,
        {"location": "https://x.example.org/other/a.jpg", "annotated_regions": [box("cat")]},
        {"location": "a.jpg", "annotated_regions": [box("dog")]},
    )

    result = read(path, pictures(tmp_path / "pictures", "a.jpg", "x/a.jpg"))

    assert {image.path: image.annotations[0].category for image in result.images} == {"a.jpg": "dog", "x/a.jpg": "cat"}
    assert kinds(result) == ["image-found-elsewhere"]


def test_no_picture_at_all_is_an_error(tmp_path: Path) -> None:
    result = read(studio(tmp_path, {"location": "a.jpg", "annotated_regions": [box("cat")]}))

    assert [problem.kind for problem in result.problems if problem.severity is Severity.ERROR] == ["images-not-found"]


@pytest.mark.parametrize("content", ['{"annotated_regions": ', '{"region_type": 1}', '["region_type"]'])
def test_a_file_that_says_nothing_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)

    with pytest.raises(FormatError):
        read(path)


def test_what_was_predicted_comes_out_again(tmp_path: Path) -> None:
    image = RawImage(
        "a.jpg",
        (
            RawAnnotation("cat", BOX),
            RawAnnotation("cat", BOX, made_by="a model of Deepomatic", confidence=0.5),
            RawAnnotation(None, BOX),
        ),
        100,
        80,
        stated_set="test",
    )
    write_data_set(FORMAT, iter((image,)), ("cat",), tmp_path / "out")

    (back,) = read(tmp_path / "out", pictures(tmp_path / "pictures", "a.jpg")).images

    plain = [(item.category, item.geometry, item.made_by, item.confidence) for item in back.annotations]
    assert plain == [(item.category, item.geometry, item.made_by, item.confidence) for item in image.annotations]
    assert back.stated_set == "test"


def test_lines_are_written_as_the_current_import_wants_them(tmp_path: Path) -> None:
    images = [
        RawImage("a.jpg", (RawAnnotation("cat", BOX), RawAnnotation("outdoors", None)), 100, 80, stated_set="train"),
        RawImage("b.jpg", (), 100, 80, is_explicit_negative=True),
        RawImage("c.jpg", (RawAnnotation("cat", None), RawAnnotation(None, BOX)), 100, 80, stated_set="test"),
        RawImage("d.jpg", (), 100, 80),
    ]
    done = write_data_set(FORMAT, iter(images), ("cat", "outdoors"), tmp_path / "out", answers={"form": "lines"})

    header, first, *_ = [json.loads(line) for line in (tmp_path / "out" / "studio.txt").read_text().splitlines()]
    assert set(header) == {"name", "splits", "views"} and header["splits"] == ["train", "val"]
    assert [(view["type"], [concept["name"] for concept in view["concepts"]]) for view in header["views"]] == [
        ("detection", ["cat"]),
        ("tagging", ["cat", "outdoors"]),
    ]
    assert first == {
        "data": [{"file": "a.jpg"}],
        "annotations": [
            {"concepts": [{"name": "cat"}], "region": {"bbox": REGION}},
            {"concepts": [{"name": "outdoors"}], "region": ALL},
        ],
        "splits": [{"train": True}],
    }
    assert (done.n_images, done.n_annotations) == (3, 3)
    assert [
        (problem.kind, problem.text.split(":")[0]) for problem in done.problems if problem.severity is Severity.WARNING
    ] == [
        ("negatives", "1 image without objects"),
        ("without-class", "1 annotation without a class"),
        ("whole-images", "1 annotation of a whole image"),
        ("sets-left-out", "1 image of the test set"),
    ]
    back = read(tmp_path / "out", pictures(tmp_path / "pictures", "a.jpg", "b.jpg", "c.jpg"))
    assert back.images[0].annotations == images[0].annotations


def test_a_large_file_is_read_in_slices(tmp_path: Path) -> None:
    """Each image once, whatever the slices; with its own line."""
    n = 2_000
    entries = [
        {"location": f"{i}.jpg", "annotated_regions": [box("cat"), 7 if i == n - 2 else box("dog")]} for i in range(n)
    ]
    path = studio(tmp_path, *entries)
    root = pictures(tmp_path / "pictures", *(f"{i}.jpg" for i in range(n - 3, n)))

    result = read(path, root)

    assert [image.path for image in result.images] == [f"{i}.jpg" for i in range(n - 3, n)]
    missing = [problem for problem in result.problems if problem.kind == "image-missing"]
    assert len(missing) == n - 3 and len({problem.line for problem in missing}) == n - 3
