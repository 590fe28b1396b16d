from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import ImportSource, RawImage, Severity
from core.errors import FormatError
from core.formats.base import ReadResult, SizeOf, gather
from core.formats.table import FORMAT

Pictures = Callable[..., Path]
Told = list[tuple[str | None, Geometry]]


def read(path: Path, size_of: SizeOf, **answers: object) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, **answers), size_of=size_of))  # type: ignore[arg-type]


def told(result: ReadResult) -> dict[str, Told]:
    return {image.path: [(item.category, item.geometry) for item in image.annotations] for image in result.images}


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


A = Box(10, 20, 30, 40)
DIALECTS = {
    "tensorflow": "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,80,cat,10,20,30,40\n",
    "voc order": "image,xmin,ymin,xmax,ymax,label\nimages/a.jpg,10,20,30,40,cat\n",
    "retinanet": "/data/a.jpg,10,20,30,40,cat\n/data/b.jpg,,,,,\n",
    "retinanet, first empty": "b.jpg,,,,,\na.jpg,10,20,30,40,cat\n",
    "x1 to y2": "Path;x1;y1;x2;y2;Class\na.jpg;10;20;30;40;cat\n",
    "corner and size": "name,file_name,x,y,w,h\ncat,a.jpg,10,20,20,20\n",
    "corner, width and height": "image_name,label,x,y,width,height\na.jpg,cat,10,20,20,20\n",
    "left and top": "image,left,top,width,height,label\na.jpg,10,20,20,20,cat\n",
    "makesense": "label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height\n"
    "cat,10,20,20,20,a.jpg,100,80\n",
    "box in a cell": 'image_id,width,height,bbox,source,class\na,100,80,"[10.0, 20.0, 20.0, 20.0]",x,cat\n',
    "centre": "image,class,x_center,y_center,width,height\na.jpg,cat,20,30,20,20\n",
    "tabs": "filename\tclass\txmin\tymin\txmax\tymax\na.jpg\tcat\t10\t20\t30\t40\n",
    "decimal commas": "filename;class;xmin;ymin;xmax;ymax\na.jpg;cat;10,0;20,0;30,0;40,0\n",
    "shares": "filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,0.1,0.25,0.3,0.5\n",
    "google": "TRAIN,gs://bucket/x/a.jpg,cat,0.1,0.25,,,0.3,0.5,,\n",
    "google without set": ",gs://bucket/x/a.jpg,cat,0.1,0.25,0.3,0.25,0.3,0.5,0.1,0.5\n",
    "open images": "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\na,xclick,cat,1,0.1,0.3,0.25,0.5\n",
    "lines of an old Macintosh": "filename,class,xmin,ymin,xmax,ymax\ra.jpg,cat,10,20,30,40\r",
    "quoted": '"filename", "class", "xmin", "ymin", "xmax", "ymax"\r\n"a.jpg", "cat", "10", "20", "30", "40"\r\n\r\n',
}


@pytest.mark.parametrize("text", list(DIALECTS.values()), ids=list(DIALECTS))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_boxes_of_the_dialects(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, text: str, encoding: str
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    assert FORMAT.detect(tmp_path) > 0.5 and FORMAT.detect(tmp_path / "t.csv") > 0.5
    result = read(tmp_path, always_100_by_80)
    found = told(result)
    assert [name for name, _ in found["a.jpg"]] == ["cat"]
    shape = found["a.jpg"][0][1]
    assert isinstance(shape, Box)
    assert (shape.x0, shape.y0, shape.x1, shape.y1) == pytest.approx((10, 20, 30, 40))
    assert found.get("b.jpg", []) == []
    assert [item.made_by for image in result.images for item in image.annotations] == [""]
    assert [problem for problem in result.problems if problem.severity is not Severity.INFO] == []


def test_an_image_with_an_empty_row_is_a_negative(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "t.csv").write_text("a.jpg,1,2,3,4,cat\nb.jpg,,,,,\na.jpg,,,,,\n")
    result = read(tmp_path, always_100_by_80)
    assert [(image.path, image.is_explicit_negative) for image in result.images] == [("a.jpg", False), ("b.jpg", True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("filename,label\na.jpg,cat\nb.jpg,dog\n", {"a.jpg": ["cat"], "b.jpg": ["dog"]}),
        ("a.jpg,cat\nb.jpg,dog,cat\n", {"a.jpg": ["cat"], "b.jpg": ["dog", "cat"]}),
        ("TRAIN,gs://x/a.jpg,cat\nTEST,gs://x/b.jpg,dog\n", {"a.jpg": ["cat"], "b.jpg": ["dog"]}),
        ("filename, cat, dog\na.jpg, 1, 0\nb.jpg, 1, 1\n", {"a.jpg": ["cat"], "b.jpg": ["cat", "dog"]}),
        ("image,tags\na.jpg,cat|dog|cat\nb.jpg,\n", {"a.jpg": ["cat", "dog"], "b.jpg": []}),
        ("image,tags\na.jpg,cat;dog\nb.jpg,cat\n", {"a.jpg": ["cat", "dog"], "b.jpg": ["cat"]}),
    ],
)
def test_classes_of_whole_images(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, text: str, expected: dict[str, list[str]]
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "t.csv").write_text(text)
    result = read(tmp_path, always_100_by_80)
    assert {path: [name for name, _ in items] for path, items in told(result).items()} == expected
    assert all(shape is None for items in told(result).values() for _, shape in items)
    assert result.problems == ()
    if text.startswith("TRAIN"):
        assert [image.stated_set for image in result.images] == ["train", "test"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,2 30,2 30,20", Polygon(((1, 2, 30, 2, 30, 20),))),
        ("1,2 30,2 30,20;50,50 60,50 60,60", Polygon(((1, 2, 30, 2, 30, 20), (50, 50, 60, 50, 60, 60)))),
        ("[[1, 2], [30, 2], [30, 20]]", Polygon(((1, 2, 30, 2, 30, 20),))),
        ("[1, 2, 30, 2, 30, 20]", Polygon(((1, 2, 30, 2, 30, 20),))),
        ("[[1, 2, 30, 2, 30, 20], [5, 5, 9, 5, 9, 9]]", Polygon(((1, 2, 30, 2, 30, 20), (5, 5, 9, 5, 9, 9)))),
    ],
)
def test_outlines(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, cell: str, expected: Polygon) -> None:
    pictures(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text(f'image,class,polygon\na.jpg,cat,"{cell}"\n')
    result = read(tmp_path, always_100_by_80)
    assert told(result) == {"a.jpg": [("cat", expected)]}
    assert result.problems == ()


def test_rows_of_a_confidence_were_made_by_a_model(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    head = "image,width,height,class,confidence,x0,y0,x1,y1\n"
    (tmp_path / "t.csv").write_text(f"{head}a.jpg,100,80,cat,0.93,1,2,3,4\na.jpg,100,80,cat,,1,2,3,4\n")
    (image,) = read(tmp_path, always_100_by_80).images
    assert [(item.made_by, item.confidence) for item in image.annotations] == [("predictions", 0.93), ("", None)]


def test_other_columns_and_texts_are_kept(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "a.jpg")
    head = "image,class,xmin,ymin,xmax,ymax,text,weather,note\n"
    (tmp_path / "t.csv").write_text(f"{head}a.jpg,'=cat,1,2,3,4,\"two\nlines\",'-rain,\n")
    (image,) = read(tmp_path, always_100_by_80).images
    (item,) = image.annotations
    assert item.category == "=cat"
    assert item.details is not None
    assert item.details.text == "two\nlines"
    assert item.details.attributes == (("weather", "-rain"),)


def test_several_tables_of_different_sets(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "images/a.jpg", "images/b.jpg", "images/c.jpg")
    head = "filename,class,xmin,ymin,xmax,ymax\n"
    (tmp_path / "train_labels.csv").write_text(f"{head}a.jpg,cat,1,2,3,4\nc.jpg,cat,1,2,3,4\n")
    (tmp_path / "test_labels.csv").write_text(f"{head}b.jpg,dog,1,2,3,4\nc.jpg,dog,1,2,3,4\n")
    (tmp_path / "classes.csv").write_text("cat,0\ndog,1\n")
    result = read(tmp_path, always_100_by_80)
    assert result.images_root == tmp_path / "images"
    sets = {image.path: (image.stated_set, len(image.annotations)) for image in result.images}
    assert sets == {"a.jpg": ("train", 1), "b.jpg": ("test", 1), "c.jpg": ("", 2)}
    assert kinds(result) == ["annotations-not-read", "image-in-several-sets"]
    assert "classes.csv" in result.problems[0].text


def test_the_same_name_beside_each_table(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    """Roboflow's layout."""
    pictures(tmp_path, "train/a.jpg", "valid/a.jpg")
    for name, category in (("train", "cat"), ("valid", "dog")):
        text = f"filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,80,{category},1,2,3,4\n"
        (tmp_path / name / "_annotations.csv").write_text(text)
    result = read(tmp_path, always_100_by_80)
    found = {image.path: (image.stated_set, image.annotations[0].category) for image in result.images}
    assert found == {"train/a.jpg": ("train", "cat"), "valid/a.jpg": ("val", "dog")}


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ("a.jpg,cat,1,2,3", "coordinates-invalid", "a place that is not four numbers; it is left out."),
        ("a.jpg,cat,1,2,x,4", "coordinates-invalid", "not four numbers"),
        ("a.jpg,cat,1,2,nan,4", "coordinates-not-finite", "the row is left out."),
        ("a.jpg,cat,1,2,1,4", "box-without-area", "the row is left out."),
        ("a.jpg,cat,5,2,1,4", "box-negative-size", "the row is left out."),
        ("a.jpg,cat,1,2,999,4", "box-clipped", "the part inside is kept."),
        ("a.jpg,cat,,,,", "object-without-box", 'The row has the class "cat" and no place; it is left out.'),
        ("a.jpg,,1,2,3,4", "annotation-without-category", "it is left out."),
        ("a.jpg,cat,1,2,3,4,5,6", "row-invalid", "The row has 8 cells instead of 6; it is left out."),
        ("gone.jpg,cat,1,2,3,4", "image-missing", 'The image "gone.jpg" was not found'),
        ("../../gone.jpg,cat,1,2,3,4", "image-missing", "was not found"),
        (f'a.jpg,"{"x" * 200_000}",1,2,3,4', "row-invalid", "a name of 200000 signs"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, row: str, kind: str, words: str
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "t.csv").write_text(
        f"filename,class,xmin,ymin,xmax,ymax\nb.jpg,cat,1,2,3,4\n\n{row}\nb.jpg,dog,1,2,9,9\n"
    )
    result = read(tmp_path, always_100_by_80)
    assert [(p.kind, p.line, p.file) for p in result.problems] == [(kind, 4, str(tmp_path / "t.csv"))]
    assert words in result.problems[0].text
    assert len(told(result)["b.jpg"]) == 2
    assert not any(image.is_explicit_negative for image in result.images)


def test_a_table_in_utf_16_that_breaks_off_in_a_sign_is_read(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    text = "filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,2,3,4\n"
    (tmp_path / "t.csv").write_bytes(text.encode("utf-16") + b"x")
    assert len(read(tmp_path, always_100_by_80).images) == 1


def test_a_line_without_end_is_told_in_bounded_memory(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    with (tmp_path / "t.csv").open("w") as file:
        file.write("filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,2,3,4\n")
        for _ in range(300):
            file.write("x" * 100_000)
        file.write("\na.jpg,dog,1,2,3,4\nb.jpg,dog,1,2,3,4\n")
    tracemalloc.start()
    result = read(tmp_path, always_100_by_80)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(p.kind, p.line) for p in result.problems] == [("row-invalid", 3), ("image-missing", 5)]
    assert [item.category for item in result.images[0].annotations] == ["cat", "dog"]
    assert peak < 20e6


def test_outlines_of_ten_thousands_of_points_come_back(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    outline = " ".join(f"{10 + n % 2}.5,{n / 1000}" for n in range(60_000))
    pictures(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text(f'image,class,outline\na.jpg,cat,"{outline} 90,60"\na.jpg,dog,"1,1 9,1 9,9"\n')

    (image,) = read(tmp_path, always_100_by_80).images

    shapes = [item.geometry for item in image.annotations]
    assert [len(shape.rings[0]) // 2 for shape in shapes if isinstance(shape, Polygon)] == [60_001, 3]


def test_names_that_are_not_utf_8_are_kept_by_their_bytes_until_somebody_chooses(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_bytes("filename,label\na.jpg,Kätzchen für Überall\n".encode("cp1252"))
    result = read(tmp_path, always_100_by_80)
    assert kinds(result) == ["names-not-utf8"]
    assert result.categories == ("K\\xe4tzchen f\\xfcr \\xdcberall",)
    chosen = read(tmp_path, always_100_by_80, names_encoding="cp1252")
    assert chosen.categories == ("Kätzchen für Überall",)
    assert kinds(chosen) == ["names-encoding"]


def test_shares_can_be_told_and_need_a_size(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text("filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,0,0,1,1\n")
    result = read(tmp_path, lambda _: None)
    assert "image-size-unknown" in kinds(result)
    pixels = read(tmp_path, lambda _: None, options=(("coordinates", "pixels"),))
    assert told(pixels) == {"a.jpg": [("cat", Box(0, 0, 1, 1))]}


@pytest.mark.parametrize(
    "text",
    [
        "epoch,train/box_loss\n1,0.5\n",
        "name,size\na,1\n",
        "cat,0\n",
        "a.jpg\n",
        "a.jpg,1,2,3\n",
        "",
        "\n\n",
        "filename,width,height\na.jpg,100,80\n",
        "filename,name,type\na.jpg,Old bridge,photograph\n",
        "filename,is_seen\na.jpg,1\n",
        "filename,text\na.jpg,In those days\n",
        "\0\0,\0",
    ],
)
def test_tables_of_other_things_are_none(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, text: str
) -> None:
    pictures(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text(text)
    assert FORMAT.detect(tmp_path) == 0
    assert FORMAT.detect(tmp_path / "t.csv") == 0
    with pytest.raises(FormatError, match="no table that speaks of images"):
        read(tmp_path / "t.csv", always_100_by_80)


def test_scattered_rows_of_several_lines_and_encodings(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    text = 'image;class;text\r\na.jpg;汉;"1\n1"\r\nb.jpg;字;"2; 2"\r\na.jpg;汉;3\r\n'
    for encoding, chosen in (("utf-8-sig", None), ("utf-16", None), ("gbk", "gbk")):
        (tmp_path / "t.csv").write_bytes(text.encode(encoding))
        result = read(tmp_path, always_100_by_80, names_encoding=chosen)
        said = {
            image.path: [item.details and item.details.text for item in image.annotations] for image in result.images
        }
        assert said == {"a.jpg": ["1\n1", "3"], "b.jpg": ["2; 2"]}
        assert set(result.categories) == {"汉", "字"}


@pytest.mark.parametrize("is_scattered", [False, True])
def test_a_large_table_is_read_in_bounded_memory(
    tmp_path: Path,
    pictures: Pictures,
    always_100_by_80: SizeOf,
    is_scattered: bool,
) -> None:
    """Rows of an image follow each other, or lie all over the table."""
    n_images, n_objects = 100, 100
    pictures(tmp_path, *(f"{n:03}.jpg" for n in range(n_images)))
    order = [n for n in range(n_images) for _ in range(n_objects)]
    if is_scattered:
        random.Random(1).shuffle(order)
    with (tmp_path / "t.csv").open("w") as file:
        file.write("filename,class,xmin,ymin,xmax,ymax\n")
        for place, n in enumerate(order):
            file.write(f"{n:03}.jpg,c{place % 7},1,2,30.5,40.25\n")
    found: list[int] = []

    def keep(image: object) -> None:
        assert isinstance(image, RawImage)
        found.append(len(image.annotations))

    tracemalloc.start()
    for item in FORMAT.read(ImportSource(tmp_path), size_of=always_100_by_80):
        keep(item)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [n_objects] * n_images
    assert peak < (4e6 if is_scattered else 2.5e6)


@pytest.mark.parametrize(
    "text",
    [
        "TRAIN,gs://b/a.jpg,cat,0.1,0.25,,,0.3,0.5,,\nUNASSIGNED,gs://b/b.jpg,,,,,,,,,\n",
        "TRAIN,gs://b/a.jpg,cat\nUNASSIGNED,gs://b/b.jpg\n",
        "image,label\na.jpg,cat\nb.jpg,\n",
    ],
    ids=["Google's boxes", "Google's classes", "classes"],
)
def test_a_row_that_waits_for_its_labels_does_not_say_that_nothing_is_there(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, text: str
) -> None:
    (pictures(tmp_path, "a.jpg", "b.jpg") / "all.csv").write_text(text)

    result = read(tmp_path, always_100_by_80)

    assert [(image.path, image.is_explicit_negative) for image in result.images] == [("a.jpg", False), ("b.jpg", False)]


def test_rows_in_a_quotation_that_never_ends_make_no_class(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    text = 'image,class\nc.jpg,dog\na.jpg,"cat\nb.jpg,dog\n'
    (pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg") / "all.csv").write_text(text)

    result = read(tmp_path, always_100_by_80)

    assert told(result) == {"c.jpg": [("dog", None)]}
    assert [(problem.kind, problem.line) for problem in result.problems] == [("row-invalid", 3)]
    assert "2 lines" in result.problems[0].text


def test_that_a_table_has_no_classes_is_told_once(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    rows = "".join(f'a,"[{x}, 20.0, 6.0, 6.0]"\n' for x in range(30))
    (pictures(tmp_path, "a.jpg") / "train.csv").write_text(f"image_id,bbox\n{rows}b,\n")
    pictures(tmp_path, "b.jpg")

    result = read(tmp_path, always_100_by_80)

    assert kinds(result) == ["annotation-without-category"]
    assert [(image.annotations, image.is_explicit_negative) for image in result.images] == [((), False), ((), False)]


def test_a_folder_images_within_the_images_is_no_other_one(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    text = "image,class\nq.jpg,cat\nimages/q.jpg,dog\n"
    (pictures(tmp_path, "images/q.jpg", "images/images/q.jpg") / "all.csv").write_text(text)

    result = read(tmp_path, always_100_by_80)

    assert result.images_root == tmp_path / "images"
    assert told(result) == {"q.jpg": [("cat", None)], "images/q.jpg": [("dog", None)]}


def test_groups_of_open_images_are_crowds(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    text = "ImageID,LabelName,Confidence,XMin,XMax,YMin,YMax,IsGroupOf\na,/m/1,1,0.1,0.3,0.25,0.5,1\n"
    (pictures(tmp_path, "a.jpg") / "boxes.csv").write_text(text)

    assert [item.is_crowd for item in read(tmp_path, always_100_by_80).images[0].annotations] == [True]


@pytest.mark.parametrize("n_before", [0, 1])
def test_a_large_table_in_another_encoding_is_not_torn_apart(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, n_before: int
) -> None:
    """A sign of two bytes must not end a piece of the file."""
    pictures(tmp_path, "a.jpg")
    text = f"image,class,{'x' * n_before}\n" + "a.jpg,汽车轮胎汽车轮胎汽车轮胎,\n" * 40_000
    (tmp_path / "t.csv").write_bytes(text.encode("gbk"))

    assert read(tmp_path, always_100_by_80, names_encoding="gbk").categories == ("汽车轮胎汽车轮胎汽车轮胎",)


@pytest.mark.parametrize(
    "text",
    [
        "image_id,file_name,class,class_name,xmin,ymin,xmax,ymax\n17,a.jpg,3,cat,10,20,30,40\n",
        'file_name,image,label,category,bbox\na.jpg,17,cat,3,"[10, 20, 20, 20]"\n',
    ],
)
def test_of_two_columns_the_one_with_names_counts(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, text: str
) -> None:
    (pictures(tmp_path, "a.jpg") / "all.csv").write_text(text)

    assert told(read(tmp_path, always_100_by_80)) == {"a.jpg": [("cat", A)]}
