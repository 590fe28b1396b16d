from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, Severity
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, SizeOf, gather
from core.formats.voc import FORMAT

Pictures = Callable[..., Path]

BOX = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"


def xml(*objects: str, name: str = "a.jpg", more: str = "", attributes: str = "") -> str:
    lines = "".join(f"\n<object>{content}</object>" for content in objects)
    size = "<size><width>100</width><height>80</height><depth>3</depth></size>"
    return f"<annotation{attributes}><filename>{name}</filename>{size}{more}{lines}\n</annotation>"


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def read(path: Path, size_of: SizeOf, **answers: object) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, **answers), size_of=size_of))  # type: ignore[arg-type]


def one(result: ReadResult) -> RawAnnotation:
    (image,) = result.images
    (annotation,) = image.annotations
    return annotation


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_boxes_of_labelimg_beside_their_pictures(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    """labelImg states folder, name, an absolute path of another computer, and whether somebody has verified it."""
    pictures(tmp_path, "sub/a.jpg")
    more = "<folder>pics</folder><path>C:\\Users\\x\\pics\\a.jpg</path><source><database>Unknown</database></source>"
    put(tmp_path, {"sub/a.xml": xml(f"<name>cat</name>{BOX}", more=more, attributes=' verified="yes"')})
    result = read(tmp_path, always_100_by_80)
    assert result.images_root == tmp_path
    assert result.images[0].path == "sub/a.jpg"
    assert one(result) == RawAnnotation("cat", Box(10, 20, 30, 40), line=2)
    assert result.images[0].details is not None
    assert result.images[0].details.get("voc:verified") == "yes"
    assert result.problems == ()


def test_the_layout_of_voc_with_lists_of_sets(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path / "JPEGImages", "a.jpg", "b.jpg", "c.jpg", "only listed.jpg", "sub/d.jpg")
    files = {f"Annotations/{name}.xml": xml(f"<name>cat</name>{BOX}", name=f"{name}.jpg") for name in "abc"}
    put(tmp_path, files | {"Annotations/sub/d.xml": xml(name="d.jpg")})
    put(tmp_path / "ImageSets" / "Main", {"train.txt": "a\nc\nonly listed\n", "val.txt": "b  -1\nc\n"})
    put(tmp_path / "ImageSets" / "Main", {"trainval.txt": "a\nb\nc\n", "cat_train.txt": "a  1\n", "mine.txt": ""})
    put(tmp_path / "ImageSets" / "Segmentation", {"train.txt": "b\n"})
    for path in (tmp_path, tmp_path / "Annotations"):
        result = read(path, always_100_by_80)
        sets = {image.path: image.stated_set for image in result.images}
        assert sets == {"a.jpg": "train", "b.jpg": "val", "c.jpg": "", "sub/d.jpg": "", "only listed.jpg": "train"}
        assert kinds(result) == ["sets-passed-over", "sets-passed-over", "image-in-several-sets"]
        assert "mine.txt" in result.problems[0].text
        assert "Segmentation" in result.problems[1].text
    explicit = {image.path: image.is_explicit_negative for image in result.images}
    assert explicit["sub/d.jpg"] and not explicit["only listed.jpg"]


def test_a_list_alone_of_all_that_train_or_validate_says_nothing(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path / "JPEGImages", "a.jpg")
    put(tmp_path, {"Annotations/a.xml": xml(), "ImageSets/Main/trainval.txt": "a\n"})
    result = read(tmp_path, always_100_by_80)
    assert [image.stated_set for image in result.images] == [""]
    assert result.problems == ()


def test_images_of_lists_that_are_not_there_are_told(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path / "JPEGImages", "a.jpg")
    put(tmp_path, {"Annotations/a.xml": xml(), "ImageSets/Main/train.txt": "a\ngone\nlost\n"})
    (problem,) = read(tmp_path, always_100_by_80).problems
    assert problem.kind == "set-image-missing"
    assert problem.text == '2 images of "train.txt" (train) were not found, e.g. "gone".'


def test_a_list_with_endless_lines_is_read_in_a_moment_and_told(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path / "JPEGImages", "a.jpg")
    blanks = "".join(f"x{' ' * 4000}y\n" for _ in range(50)) + "x" * 300_000
    put(tmp_path, {"Annotations/a.xml": xml(), "ImageSets/Main/train.txt": f"a  -1\n{blanks}\n"})
    result = read(tmp_path, always_100_by_80)
    assert [image.stated_set for image in result.images] == ["train"]
    assert kinds(result) == ["set-line-invalid", "set-image-missing"]


def test_folders_called_like_sets_are_sets_when_they_differ(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    """Roboflow's layout: the same names may occur in several of them."""
    pictures(tmp_path, "train/a.jpg", "valid/a.jpg", "test/b.jpg")
    put(tmp_path, {f"{name}.xml": xml(name=f"{name[-1]}.jpg") for name in ("train/a", "valid/a", "test/b")})
    sets = {image.path: image.stated_set for image in read(tmp_path, always_100_by_80).images}
    assert sets == {"train/a.jpg": "train", "valid/a.jpg": "val", "test/b.jpg": "test"}
    assert [image.stated_set for image in read(tmp_path / "train", always_100_by_80).images] == [""]


@pytest.mark.parametrize(
    ("name", "more", "remarks"),
    [
        ("a", "", []),  # no ending
        ("a.jpeg", "", []),  # another ending
        ("x/y/a.jpg", "", []),
        ("/home/me/a.jpg", "", []),
        ("..\\..\\a.jpg", "", []),
        ("", "<path>D:\\pics\\a.jpg</path>", []),
        ("gone.jpg", "<path>/pics/a.jpg</path>", []),
        ("gone.jpg", "", ["image-name-differs"]),  # the file's own name
        ("", "", []),
        ("a&amp;b.jpg", "", ["image-name-differs"]),
    ],
)
def test_the_picture_is_found(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, name: str, more: str, remarks: list[str]
) -> None:
    pictures(tmp_path / "JPEGImages", "a.jpg", "b.jpg")
    put(tmp_path, {"Annotations/a.xml": xml(f"<name>cat</name>{BOX}", name=name, more=more)})
    result = read(tmp_path, always_100_by_80)
    assert [image.path for image in result.images] == ["a.jpg"]
    assert kinds(result) == remarks


def test_the_stated_name_counts_before_the_files_own(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    put(tmp_path, {"a.xml": xml(name="b.jpg")})
    assert [image.path for image in read(tmp_path, always_100_by_80).images] == ["b.jpg"]


def test_two_files_of_one_picture(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"a.xml": xml(f"<name>cat</name>{BOX}"), "b.xml": xml(f"<name>dog</name>{BOX}")})
    result = read(tmp_path, always_100_by_80)
    assert one(result).category == "cat"
    (problem,) = result.problems
    assert (problem.kind, problem.file) == ("annotation-file-duplicate", str(tmp_path / "b.xml"))
    other = read(tmp_path, always_100_by_80, left_out=(tmp_path / "a.xml",))
    assert one(other).category == "dog" and other.problems == ()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            f"{BOX}<polygon><x1>10</x1><y1>20</y1><x2>30.5</x2><y2>20</y2><x3>30</x3><y3>40</y3></polygon>",
            Polygon(((10, 20, 30.5, 20, 30, 40),)),
        ),
        (
            "<polygon><x2>30</x2><x1>10</x1><x3>30</x3><y1>20</y1><y2>20</y2><y3>40</y3></polygon>",
            Polygon(((10, 20, 30, 20, 30, 40),)),
        ),
        (
            "<polygon><pt><x>1</x><y>2</y></pt><pt><x>9</x><y>2</y></pt><pt><x>9</x><y>8</y></pt></polygon>",
            Polygon(((1, 2, 9, 2, 9, 8),)),
        ),
        (
            "<robndbox><cx>50</cx><cy>40</cy><w>20</w><h>10</h><angle>0</angle></robndbox>",
            Polygon(((40, 35, 60, 35, 60, 45, 40, 45),)),
        ),
        (
            "<bndbox><ymax>40.5</ymax><xmax>30.2</xmax><xmin>1e1</xmin><ymin>20</ymin></bndbox>",
            Box(10, 20, 30.2, 40.5),
        ),
    ],
)
def test_shapes_of_the_dialects(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, shape: str, expected: object
) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"a.xml": xml(f"<name>cat</name>{shape}")})
    result = read(tmp_path, always_100_by_80)
    assert one(result).geometry == expected
    assert result.problems == ()


def test_pixels_counted_from_1(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    """A box's last row and column belong to it; a point is the middle of a pixel."""
    pictures(tmp_path, "a.jpg", "b.jpg")
    ring = "<polygon><x1>1</x1><y1>1</y1><x2>3</x2><y2>1</y2><x3>3</x3><y3>9</y3></polygon>"
    put(tmp_path, {"a.xml": xml(f"<name>cat</name>{BOX}"), "b.xml": xml(f"<name>cat</name>{ring}", name="b.jpg")})
    result = read(tmp_path, always_100_by_80, options=(("pixels", "from-1"),))
    shapes = [image.annotations[0].geometry for image in result.images]
    assert shapes == [Box(9, 19, 30, 40), Polygon(((0.5, 0.5, 2.5, 0.5, 2.5, 8.5),))]


def test_what_else_an_object_says_is_kept_where_it_says_something(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    flags = "<pose>Left</pose><truncated>1</truncated><difficult>1</difficult><occluded>0</occluded>"
    pairs = "<attributes><attribute><name>colour</name><value>red</value></attribute><attribute/></attributes>"
    quiet = "<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
    put(tmp_path, {"a.xml": xml(f"<name>cat</name>{flags}{BOX}{pairs}"), "b.xml": xml(f"<name>cat</name>{quiet}{BOX}")})
    put(tmp_path, {"b.xml": xml(f"<name>cat</name>{quiet}{BOX}", name="b.jpg")})
    result = read(tmp_path, always_100_by_80)
    first, second = (image.annotations[0].details for image in result.images)
    assert first is not None and second is None
    assert first.attributes == (("pose", "Left"), ("truncated", "1"), ("difficult", "1"), ("colour", "red"))


@pytest.mark.parametrize(
    ("content", "kind", "words", "n_kept"),
    [
        (BOX, "annotation-without-category", "Object 2 has no name; it is left out.", 0),
        ("<name> </name>" + BOX, "annotation-without-category", "Object 2 has no name; it is left out.", 0),
        ("<name>cat</name>", "object-without-box", "has neither box nor outline; it is left out.", 0),
        (
            "<name>cat</name><circle/>",
            "object-without-box",
            "is drawn as circle, which is not read; it is left",
            0,
        ),
        ("<name>cat</name><bndbox/>", "coordinates-invalid", "without a number for xmin, ymin, xmax, ymax", 0),
        ("<name>cat</name>" + BOX.replace("30", "x"), "coordinates-invalid", "without a number for xmax;", 0),
        ("<name>cat</name>" + BOX.replace("30", "nan"), "coordinates-not-finite", "not a finite number; it is left", 0),
        ("<name>cat</name>" + BOX.replace("30", "9" * 400), "coordinates-not-finite", "not a finite number", 0),
        ("<name>cat</name>" + BOX.replace("30", "10"), "box-without-area", "it is left out.", 0),
        ("<name>cat</name>" + BOX.replace("30", "300"), "box-clipped", "the part inside is kept.", 1),
        (
            "<name>cat</name><polygon><x1>1</x1></polygon>" + BOX,
            "polygon-invalid",
            "numbers; its box is kept.",
            1,
        ),
        (
            "<name>cat</name><polygon><x1>1</x1></polygon>",
            "coordinates-invalid",
            "numbers; it is left out.",
            0,
        ),
        (
            "<name>cat</name><polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>9</y2></polygon>" + BOX,
            "polygon-too-few-points",
            "fewer than 3 different points; its box is kept.",
            1,
        ),
        (
            f"<name>cat</name>{BOX}<attributes><attribute><name>calque:details</name><value>[]</value></attribute>"
            "</attributes>",
            "details-unreadable",
            "cannot be read; they are left out.",
            1,
        ),
    ],
)
def test_an_object_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path,
    pictures: Pictures,
    always_100_by_80: SizeOf,
    content: str,
    kind: str,
    words: str,
    n_kept: int,
) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"a.xml": xml(f"<name>dog</name>{BOX}", content)})
    result = read(tmp_path, always_100_by_80)
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.file) == (kind, 3, str(tmp_path / "a.xml"))
    assert words in problem.text and problem.text.startswith("Object 2")
    assert len(result.images[0].annotations) == 1 + n_kept
    assert not result.images[0].is_explicit_negative


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (f"<name>cat</name>{BOX}<part><name>head</name>{BOX}</part>", "parts-left-out", "1 part of an object is left"),
        ("<name>cat</name>" + BOX.replace("10", "33"), "box-swapped", "1 box is stated with swapped corners"),
        (f"<name>cat</name><deleted>1</deleted>{BOX}", "object-deleted", "1 object is marked as deleted"),
    ],
)
def test_what_is_told_once_for_all(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, content: str, kind: str, words: str
) -> None:
    pictures(tmp_path, "a.jpg")
    put(tmp_path, {"a.xml": xml(content)})
    result = read(tmp_path, always_100_by_80)
    (problem,) = result.problems
    assert (problem.kind, problem.severity) == (kind, Severity.INFO)
    assert problem.text.startswith(words)
    assert all(item.geometry in (Box(10, 20, 30, 40), Box(30, 20, 33, 40)) for item in result.images[0].annotations)


def test_a_swapped_or_other_stated_size_is_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    put(tmp_path, {f"{name}.xml": xml(f"<name>cat</name>{BOX}", name=f"{name}.jpg") for name in "abc"})
    put(
        tmp_path,
        {"c.xml": f"<annotation><filename>c.jpg</filename><object><name>cat</name>{BOX}</object></annotation>"},
    )
    sizes = {"a.jpg": PictureSize(80, 100), "b.jpg": PictureSize(50, 60), "c.jpg": PictureSize(50, 60)}
    result = read(tmp_path, lambda path: sizes[path.name])
    assert kinds(result) == ["size-swapped", "image-size-differs"]
    assert [(image.width, image.height) for image in result.images] == [(80, 100), (50, 60), (50, 60)]


def test_shapes_on_the_stored_picture_are_told_from_those_on_the_upright_one(
    tmp_path: Path, pictures: Pictures
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    low = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>30</xmax><ymax>95</ymax></bndbox>"
    wide = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>95</xmax><ymax>40</ymax></bndbox>"
    put(tmp_path, {"a.xml": xml(f"<name>x</name>{low}"), "b.xml": xml(f"<name>x</name>{wide}", name="b.jpg")})
    result = read(tmp_path, lambda _: PictureSize(80, 100, is_sideways=True))
    assert [image.is_as_stored for image in result.images] == [False, True]
    assert kinds(result) == ["drawn-upright"]


def test_one_broken_file_of_many_is_told_and_one_alone_is_refused(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    put(tmp_path, {"a.xml": xml(f"<name>cat</name>{BOX}"), "b.xml": xml(name="b.jpg")[:-9], "c.xml": "<other/>"})
    result = read(tmp_path, always_100_by_80)
    assert [image.path for image in result.images] == ["a.jpg"]
    assert kinds(result) == ["annotations-not-read", "annotation-file-unreadable"]
    with pytest.raises(FormatError, match="is not valid XML at line 2"):
        read(tmp_path / "b.xml", always_100_by_80)
    with pytest.raises(FormatError, match="holds no Pascal VOC"):
        read(pictures(tmp_path / "none", "a.jpg"), always_100_by_80)


def test_other_encodings_than_utf_8(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "é.jpg", "ü.jpg")
    text = xml(f"<name>été</name>{BOX}", name="é.jpg")
    (tmp_path / "1.xml").write_bytes(f'<?xml version="1.0" encoding="iso-8859-1"?>{text}'.encode("latin-1"))
    (tmp_path / "2.xml").write_bytes(text.replace("é.jpg", "ü.jpg").encode("utf-16"))
    result = read(tmp_path, always_100_by_80)
    assert [image.annotations[0].category for image in result.images] == ["été", "été"]
    assert result.problems == ()


def test_entities_are_refused(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg")
    (tmp_path / "a.xml").write_text('<!DOCTYPE annotation [<!ENTITY a "b">]>' + xml("<name>&a;</name>"))
    with pytest.raises(FormatError, match="holds no Pascal VOC") as caught:
        read(tmp_path, always_100_by_80)
    assert "DOCTYPE" in caught.value.hint


def test_names_never_lead_out_of_the_folder(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "secret.jpg", "data/b.jpg")
    put(tmp_path / "data", {"a.xml": xml(name="../secret.jpg"), "c.xml": xml(name=str(tmp_path / "secret.jpg"))})
    result = read(tmp_path / "data", always_100_by_80)
    assert result.images == ()
    assert kinds(result) == ["images-not-found", "image-missing", "image-missing"]


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "big5", "shift_jis", "euc-kr"])
def test_encodings_of_signs_of_several_bytes(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, encoding: str
) -> None:
    word = {"big5": "貓", "shift_jis": "猫ソ", "euc-kr": "고양이"}.get(encoding, "猫")
    pictures(tmp_path, f"{word}.jpg", "b.jpg")
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n' + xml(f"<name>{word}</name>{BOX}", name=f"{word}.jpg")
    (tmp_path / f"{word}.xml").write_bytes(text.encode(encoding))
    (tmp_path / "b.xml").write_bytes(text.encode(encoding)[:90] + b"\xff\xff")

    result = read(tmp_path, always_100_by_80)

    assert {image.path: image.annotations[0].category for image in result.images} == {f"{word}.jpg": word}
    assert kinds(result) == ["annotation-file-unreadable"]


def test_a_file_that_states_another_picture_than_its_own_is_told(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    put(tmp_path, {"a.xml": xml(name="b.jpg"), "x.xml": xml(name="c.jpg")})

    result = read(tmp_path, always_100_by_80)

    assert [image.path for image in result.images] == ["b.jpg", "c.jpg"]
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("image-name-differs", Severity.WARNING)
    ]
    assert '"b.jpg" and not "a.jpg"' in result.problems[0].text


def test_boxes_that_cvat_turned_are_told(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg")
    angle = "<attributes><attribute><name>rotation</name><value>{}</value></attribute></attributes>"
    objects = [f"<name>cat</name>{BOX}{angle.format(value)}" for value in ("30.0", "0.0", "360", "nan", "x")]
    put(tmp_path, {"a.xml": xml(*objects)})

    (problem,) = read(tmp_path, always_100_by_80).problems

    assert problem.kind == "box-rotation-left-out" and problem.text.startswith("1 box is taken as not turned")
