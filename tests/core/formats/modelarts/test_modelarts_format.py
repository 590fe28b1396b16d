from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.errors import FormatError, RefusedError
from core.formats.base import PictureSize, ReadResult, SizeOf, gather
from core.formats.modelarts import FORMAT
from core.formats.modelarts.files import VocFiles
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]
SIZE = (100, 80)
BOX = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
A = Box(10, 20, 30, 40)


def read(path: Path, size_of: SizeOf, **answers: object) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, **answers), size_of=size_of))  # type: ignore[arg-type]


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def put(root: Path, *lines: dict[str, Any] | str, name: str = "set-V001.manifest") -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (root / name).write_text("\n".join(texts) + "\n", encoding="utf-8")


def put_xml(root: Path, name: str, *objects: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"\n<object>{content}</object>" for content in objects)
    size = "<size><width>100</width><height>80</height><depth>3</depth></size>"
    (root / name).write_text(f"<annotation><folder>x</folder><filename>a.jpg</filename>{size}{text}</annotation>")


def label(name: str, **more: object) -> dict[str, Any]:
    return {"type": "modelarts/image_classification", "name": name, "annotated-by": "human"} | more


def objects(location: str, **more: object) -> dict[str, Any]:
    found = {"type": "modelarts/object_detection", "annotation-loc": location, "annotation-format": "PASCAL VOC"}
    return found | {"annotated-by": "human"} | more


def test_classes_of_images_with_what_the_lines_say_besides(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "data/a.jpg", "data/b.jpg", "data/c.jpg", "data/d.jpg")
    put(
        tmp_path,
        {
            "source": "s3://bucket/data/a.jpg",
            "usage": "TRAIN",
            "hard": "true",
            "hard-coefficient": 0.8,
            "id": "0162",
            "annotation": [
                label("cat", property={"color": "white"}) | {"creation-time": "2019-01-23 11:30:30"},
                label("animal", confidence=0.8) | {"annotated-by": "modelarts/active-learning"},
            ],
        },
        {"source": "obs://bucket/data/b.jpg", "usage": "eval", "annotation": [label("dog")]},
        {"source": "C:\\x\\data\\c.jpg", "usage": "Test"},
        {"source": "data/d.jpg", "usage": "INFERENCE", "annotation": []},
    )
    assert FORMAT.detect(tmp_path) > 0.9 and FORMAT.detect(tmp_path / "set-V001.manifest") > 0.9
    result = read(tmp_path, always_100_by_80)
    assert result.problems == ()
    a, b, c, d = result.images
    assert [(image.stated_set, image.is_explicit_negative) for image in (a, b, c, d)] == [
        ("train", False),
        ("val", False),
        ("test", False),
        ("", False),
    ]
    assert a.details == ImageDetails("0162", "", (("modelarts:hard-coefficient", "0.8"),)) and a.is_hard
    assert d.details == ImageDetails(attributes=(("modelarts:usage", "INFERENCE"),))
    attributes = (("color", "white"), ("modelarts:creation-time", "2019-01-23 11:30:30"))
    assert a.annotations[0] == RawAnnotation("cat", None, line=1, details=AnnotationDetails(attributes=attributes))
    assert (a.annotations[1].made_by, a.annotations[1].confidence) == ("modelarts/active-learning", 0.8)


def test_objects_are_in_voc_files_of_people_and_of_models(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path / "images", "a.jpg", "b.jpg")
    ring = "<polygon><x1>1</x1><y1>1</y1><x2>30</x2><y2>1</y2><x3>30</x3><y3>9</y3></polygon>"
    put_xml(tmp_path, "annotation/V001/a.xml", f"<name>cat</name>{BOX}", f"<name>dog</name>{ring}")
    put_xml(tmp_path, "annotation/V001/a_1.xml", f"<name>cat</name><confidence>0.75</confidence>{BOX}")
    put_xml(tmp_path, "annotation/V001/b.xml")
    put(
        tmp_path,
        {
            "source": "s3://b/images/a.jpg",
            "annotation": [
                objects("s3://b/annotation/V001/a.xml"),
                objects("s3://b/annotation/V001/a_1.xml") | {"annotated-by": "modelarts/auto"},
            ],
        },
        {"source": "s3://b/images/b.jpg", "annotation": [objects("/b/annotation/V001/b.xml")]},
    )
    result = read(tmp_path, always_100_by_80)
    assert result.problems == ()
    a, b = result.images
    assert [(item.category, item.geometry, item.made_by, item.confidence) for item in a.annotations] == [
        ("cat", A, "", None),
        ("dog", Polygon(((1, 1, 30, 1, 30, 9),)), "", None),
        ("cat", A, "modelarts/auto", 0.75),
    ]
    assert b.is_explicit_negative


def test_segmentation_by_outlines_is_read_and_by_masks_told(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    put_xml(tmp_path, "a.xml", "<name>cat</name><mask_source>obs://m.png</mask_source><mask_color>1,2,3</mask_color>")
    put(tmp_path, {"source": "a.jpg", "annotation": [objects("a.xml") | {"type": "modelarts/image_segmentation"}]})
    result = read(tmp_path, always_100_by_80)
    assert kinds(result) == ["object-without-box"]
    assert "mask_source" in result.problems[0].text
    assert not result.images[0].is_explicit_negative


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ({"source": "gone.jpg", "annotation": [label("cat")]}, "image-missing", 'The image "gone.jpg" was not found'),
        ({"source": "../../etc/passwd.jpg"}, "image-missing", "was not found"),
        ({"source": "a.jpg"}, "image-duplicate", '"a.jpg" is already described in line 1'),
        ({"usage": "TRAIN"}, "image-missing", "names no picture"),
        (
            {"source": "b.jpg", "annotation": [objects("gone.xml")]},
            "annotation-file-missing",
            '"gone.xml" was not found',
        ),
        ({"source": "b.jpg", "annotation": [objects("x.xml")]}, "annotation-file-ambiguous", "any of 2 files"),
        ({"source": "b.jpg", "annotation": [objects("")]}, "annotation-file-missing", "names no file"),
        ({"source": "b.jpg", "annotation": [label("")]}, "annotation-without-category", "Annotation 1 has no name"),
        ({"source": "b.jpg", "annotation": [7]}, "annotation-invalid", "Annotation 1 is no object"),
        (
            {"source": "b.jpg", "annotation": [{"type": "modelarts/text_classification", "name": "x"}]},
            "annotation-type-unread",
            'is of the type "modelarts/text_classification", which is not read',
        ),
        ('{"source": "b.jpg", ', "line-invalid", "is not valid JSON at column"),
        ("[1, 2]", "line-invalid", "is no object"),
        ('{"source": ' + "9" * 5000 + "}", "line-invalid", "number that cannot be read"),
        ('{"a": ' + "[" * 100_000, "line-invalid", "nested too deeply"),
    ],
)
def test_a_line_that_cannot_be_used_is_told_and_the_rest_is_read(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, line: dict[str, Any] | str, kind: str, words: str
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    put_xml(tmp_path, "1/x.xml")
    put_xml(tmp_path, "2/x.xml")
    put(
        tmp_path,
        {"source": "a.jpg", "annotation": [label("cat")]},
        line,
        {"source": "c.jpg", "annotation": [label("x")]},
    )
    result = read(tmp_path, always_100_by_80)
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.file) == (kind, 2, str(tmp_path / "set-V001.manifest"))
    assert words in problem.text
    found = {image.path: len(image.annotations) for image in result.images}
    assert (found["a.jpg"], found["c.jpg"]) == (1, 1)
    assert not any(image.is_explicit_negative for image in result.images)


def test_a_broken_voc_file_is_told_with_its_own_line(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "a.xml").write_text("<annotation>\n<object>")
    put_xml(tmp_path, "b.xml", f"<name>cat</name>{BOX}", "<name>cat</name>")
    put(tmp_path, *({"source": f"{n}.jpg", "annotation": [objects(f"{n}.xml")]} for n in "ab"))
    result = read(tmp_path, always_100_by_80)
    assert [(p.kind, Path(p.file).name, p.line) for p in result.problems] == [
        ("annotation-file-unreadable", "a.xml", 2),
        ("object-without-box", "b.xml", 3),
    ]
    assert [len(image.annotations) for image in result.images] == [0, 1]


def test_a_line_of_a_hundred_megabytes_is_refused_in_bounded_memory(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    with (tmp_path / "set.manifest").open("w") as file:
        file.write('{"source": "a.jpg", "annotation": []}\n{"source": "b.jpg", "id": "')
        for _ in range(100):
            file.write("x" * 1_000_000)
        file.write('"}\n{"source": "b.jpg", "annotation": []}\n')
    tracemalloc.start()
    result = read(tmp_path, always_100_by_80)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(p.kind, p.line) for p in result.problems] == [("line-invalid", 2)]
    assert result.problems[0].text == "The line has more than 16.8 MB; it is left out."
    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert peak < 60e6


def test_of_several_manifests_the_last_version_is_read_and_that_is_said(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"source": "a.jpg", "annotation": [label("old")]}, name="set-V001.manifest")
    put(tmp_path, {"source": "a.jpg", "annotation": [label("new")]}, name="set-V002.manifest")
    result = read(tmp_path, always_100_by_80)
    assert result.categories == ("new",)
    (problem,) = result.problems
    assert problem.kind == "several-manifests" and len(problem.choices) == 2
    other = read(tmp_path, always_100_by_80, left_out=(tmp_path / "set-V002.manifest",))
    assert other.categories == ("old",) and other.problems == ()


@pytest.mark.parametrize("text", ["", "\n", "x", '{"source-ref": "s3://a.jpg"}', '{"a": 1}', "[]", '{"source": 5}'])
def test_other_lines_are_no_manifest(tmp_path: Path, always_100_by_80: SizeOf, text: str) -> None:
    (tmp_path / "a.manifest").write_text(text)
    assert FORMAT.detect(tmp_path) == FORMAT.detect(tmp_path / "a.manifest") == 0
    with pytest.raises(FormatError, match="is no manifest"):
        read(tmp_path / "a.manifest", always_100_by_80)
    with pytest.raises(FormatError, match="holds no manifest"):
        read(tmp_path, always_100_by_80)


def written(tmp_path: Path, images: list[RawImage], names: list[str], **answers: str) -> ReadResult:
    for image in images:
        (tmp_path / "pictures" / image.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / image.path).write_bytes(b"x")
    result = write_data_set(FORMAT, images, names, tmp_path / "out", answers=answers)
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    back = gather(FORMAT.read(source, size_of=lambda _: PictureSize(*SIZE)))
    return ReadResult(back.images_root, back.images, back.categories, (*result.problems, *back.problems))


def test_everything_comes_back(tmp_path: Path) -> None:
    details = AnnotationDetails("7", "p", 2, "two\nlines", (1, 2), False, (("difficult", "1"), ("colour", "red")))
    of_class = AnnotationDetails("8", attributes=(("colour", "red\nand blue"), ("modelarts:creation-time", "2019")))
    annotations = (
        RawAnnotation("cat", None, details=of_class),
        RawAnnotation("dog", None, made_by="modelarts/auto", confidence=0.5),
        RawAnnotation("cat", A, details=details, is_crowd=True),
        RawAnnotation("cat", Polygon(((1, 2, 30, 2, 30, 20), (50, 50, 60, 50, 60, 60)))),
        RawAnnotation("dog", A, made_by="yolo v3", confidence=0.25),
    )
    hard = (("modelarts:hard", "false"), ("modelarts:hard-coefficient", "0.8"))
    about = ImageDetails("17", "https://x.org", (("voc:database", "mine"), ("place", "Lyon"), *hard))
    images = [
        RawImage("a.jpg", annotations, *SIZE, stated_set="train", details=about),
        RawImage("a.png", (RawAnnotation("cat", A),), *SIZE, stated_set="val", is_hard=True),
        RawImage("s/a.jpg", (), *SIZE, is_explicit_negative=True, stated_set="test"),
    ]
    result = written(tmp_path, images, ["cat", "dog"])
    assert result.problems == ()
    for before, after in zip(images, result.images, strict=True):
        assert (before.path, before.stated_set, before.details) == (after.path, after.stated_set, after.details)
        assert (before.is_explicit_negative, before.is_hard) == (after.is_explicit_negative, after.is_hard)
        assert [
            (i.category, i.geometry, i.is_crowd, i.details, i.made_by, i.confidence) for i in after.annotations
        ] == [(i.category, i.geometry, i.is_crowd, i.details, i.made_by, i.confidence) for i in before.annotations]


def test_names_of_classes_follow_the_rule_of_modelarts_and_every_change_is_told(tmp_path: Path) -> None:
    names = ["ok_1-A", "été", "猫", "犬", "a b", "a/b", "x" * 40]
    images = [RawImage("a.jpg", tuple(RawAnnotation(name, A) for name in names), *SIZE)]
    result = written(tmp_path, images, names)
    found = [item.category for item in result.images[0].annotations]
    assert found == ["ok_1-A", "ete", "label", "label_2", "a_b", "a_b_2", "x" * 32]
    assert kinds(result) == ["category-name-changed"] * 6
    assert {problem.code for problem in result.problems} == {"E-410"}
    assert 'The class "été" is written as "ete"' in result.problems[0].text
    kept = written(tmp_path / "kept", images, names, labels="keep")
    assert [item.category for item in kept.images[0].annotations] == names and kept.problems == ()


def test_the_manifest_is_called_and_placed_as_asked(tmp_path: Path) -> None:
    images = [RawImage("s/a.jpg", (RawAnnotation("cat", A),), *SIZE, stated_set="train")]
    answers = {"name": "pages", "version": "V002", "location": "s3://bucket/data/"}
    assert written(tmp_path, images, ["cat"], **answers).problems == ()
    (line,) = (tmp_path / "out/pages-V002.manifest").read_text().splitlines()
    assert json.loads(line) == {
        "source": "s3://bucket/data/s/a.jpg",
        "usage": "TRAIN",
        "annotation": [objects("s3://bucket/data/annotations/s/a.xml")],
    }
    with pytest.raises(RefusedError, match="cannot be part of the manifest's name"):
        written(tmp_path / "other", images, ["cat"], name="../x")


def test_a_folder_images_within_the_images_is_no_other_one(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "images/q.jpg", "images/images/q.jpg")
    put(
        tmp_path,
        {"source": "s3://bucket/images/q.jpg", "annotation": [label("outer")]},
        {"source": "s3://bucket/images/images/q.jpg", "annotation": [label("inner")]},
    )

    result = read(tmp_path, always_100_by_80)

    assert {image.path: [item.category for item in image.annotations] for image in result.images} == {
        "q.jpg": ["outer"],
        "images/q.jpg": ["inner"],
    }
    assert not result.problems


def test_a_voc_file_is_found_by_the_longest_end_of_its_address(tmp_path: Path) -> None:
    for name in ("a/1.xml", "b/1.xml", "old/a/1.xml", "c/2.xml", "d/2.xml"):
        put_xml(tmp_path, name)
    files = VocFiles.below(tmp_path)

    assert files.find("s3://bucket/a/1.xml") == [tmp_path / "a/1.xml"]
    assert files.find("s3://bucket/old/a/1.xml") == [tmp_path / "old/a/1.xml"]
    assert files.find("s3://bucket/2.xml") == [tmp_path / "c/2.xml", tmp_path / "d/2.xml"]
    assert files.find("s3://bucket/3.xml") == []


def test_files_that_are_called_the_same_in_thousands_of_folders_are_found_at_once(tmp_path: Path) -> None:
    paths = {f"annotations/{n}/1.xml": tmp_path for n in range(2)}
    files = VocFiles(paths, {"1.xml": [tmp_path] * 1_000_000})  # whoever looks at each of these is not done today

    for _ in range(20_000):
        assert files.find("s3://bucket/annotations/1/1.xml") == [tmp_path]


def test_annotations_that_are_no_list_are_told(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"source": "a.jpg", "annotation": label("cat")})

    result = read(tmp_path, always_100_by_80)

    assert kinds(result) == ["annotation-invalid"] and result.problems[0].line == 1
