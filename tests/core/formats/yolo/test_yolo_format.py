from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError, RefusedError
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.writing import write_data_set
from core.formats.yolo import FORMAT
from core.formats.yolo.writing import label_path

Pictures = Callable[..., Path]


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)


def read(path: Path, images: Path | None = None, size: tuple[int, int] | None = (100, 80)) -> ReadResult:
    picture = PictureSize(*size) if size else None
    return gather(FORMAT.read(ImportSource(path, images_root=images), size_of=lambda _: picture))


BOX = "0 0.5 0.5 0.2 0.5\n"
SHAPE = Box(40, 20, 60, 60)


def found(result: ReadResult) -> dict[str, list[str | None]]:
    return {image.path: [annotation.category for annotation in image.annotations] for image in result.images}


@pytest.mark.parametrize("names", ["names: [cat, dog]", "names:\n  0: cat\n  1: dog", "names:\n- cat\n- dog"])
@pytest.mark.parametrize("point_at", ["data.yaml", "."])
def test_ultralytics_layout(tmp_path: Path, pictures: Pictures, names: str, point_at: str) -> None:
    pictures(tmp_path, "images/train/a.jpg", "images/val/a.jpg", "images/val/b.tif.jpeg")
    write(
        tmp_path,
        {
            "data.yaml": f"path: .\ntrain: images/train\nval: images/val\nnc: 2\n{names}\n",
            "labels/train/a.txt": BOX,
            "labels/val/a.txt": "1 0.5 0.5 0.2 0.5\n",
            "labels/val/b.tif.txt": "",
            "labels/train.cache": b"\x80\x04never read",
        },
    )
    result = read(tmp_path / point_at)
    assert result.images_root == tmp_path / "images"
    assert result.categories == ("cat", "dog")
    assert found(result) == {"train/a.jpg": ["cat"], "val/a.jpg": ["dog"], "val/b.tif.jpeg": []}
    assert [image.is_explicit_negative for image in result.images] == [False, False, True]
    assert result.images[0].annotations[0] == RawAnnotation("cat", SHAPE, line=1)
    assert result.problems == ()


def test_splits_outside_and_images_and_labels_inside(tmp_path: Path, pictures: Pictures) -> None:
    """The layout "train/images, train/labels", with paths that point one folder too high."""
    pictures(tmp_path, "train/images/a.jpg", "valid/images/a.jpg")
    write(
        tmp_path,
        {
            "data.yaml": "train: ../train/images\nval: ../valid/images\nnames: ['cat']\n",
            "train/labels/a.txt": BOX,
            "valid/labels/a.txt": BOX,
        },
    )
    assert found(read(tmp_path)) == {"train/images/a.jpg": ["cat"], "valid/images/a.jpg": ["cat"]}


@pytest.mark.parametrize("point_at", ["yolo", "yolo/obj.data", "yolo/obj_train_data"])
def test_darknet_layout_with_images_elsewhere(tmp_path: Path, pictures: Pictures, point_at: str) -> None:
    pictures(tmp_path, "images/a.jpg", "images/b.jpg")
    write(
        tmp_path,
        {
            "yolo/obj.data": "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n",
            "yolo/obj.names": "dog\r\ncat\r\n\r\n",
            "yolo/train.txt": "data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\n",
            "yolo/obj_train_data/a.txt": BOX,
            "yolo/obj_train_data/b.txt": "1 0.5 0.5 0.2 0.5",
        },
    )
    for root in (tmp_path / "images", None):
        result = read(tmp_path / point_at, root)
        assert result.categories == ("dog", "cat")
        assert found(result) == {"a.jpg": ["dog"], "b.jpg": ["cat"]}
        assert result.problems == ()


def test_labels_beside_images(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg", "sub/a.jpg", "sub/c.jpg")
    write(
        tmp_path,
        {"classes.txt": "cat\ndog\n", "a.txt": BOX, "sub/a.txt": "1 0.5 0.5 0.2 0.5", "README.txt": "Thank you\n"},
    )
    assert FORMAT.detect(tmp_path) > 0.5
    result = read(tmp_path)
    assert found(result) == {"a.jpg": ["cat"], "sub/a.jpg": ["dog"]}
    assert result.problems == ()


def test_without_names_classes_are_numbers(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"labels/a.txt": "2 0.5 0.5 0.2 0.5\n"})
    result = read(tmp_path)
    assert result.categories == ("class 0", "class 1", "class 2")
    assert found(result) == {"a.jpg": ["class 2"]}
    assert [problem.kind for problem in result.problems] == ["category-names-missing"]


def test_names_are_text_whatever_they_look_like(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"labels/a.txt": BOX, "data.yaml": "train: images\nnames: [no, 1.10, 2024-01-01, ~, dup, dup]\n"})
    result = read(tmp_path)
    assert result.categories == ("no", "1.10", "2024-01-01", "~", "dup")
    assert [problem.kind for problem in result.problems] == ["category-duplicate-name"]


def test_gap_in_the_names(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"labels/a.txt": BOX, "data.yaml": "train: images\nnames: {0: a, 2: c}\n"})
    result = read(tmp_path)
    assert result.categories == ("a", "class 1", "c")
    assert [problem.kind for problem in result.problems] == ["category-without-name"]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("0 1.2 0.5 0.1 0.1", "box-out-of-bounds"),
        ("0 0.5 0.5 1.5 0.1", "box-out-of-bounds"),
        ("0 -0.2 0.5 0.1 0.1", "box-out-of-bounds"),
        ("0 0.5 0.5 -0.1 0.1", "box-negative-size"),
        ("0 0.5 0.5 0 0.1", "box-without-area"),
        ("0 nan 0.5 0.1 0.1", "coordinates-not-finite"),
        ("0 inf 0.5 0.1 0.1", "coordinates-not-finite"),
        ("0 50 40 20 10", "row-not-normalised"),
        ("0 0.5 0.5 0.1", "row-columns"),
        ("0 0.5 0.5 0.1 0.1 0.9", "row-columns"),
        ("0,0.5,0.5,0.1,0.1", "class-invalid"),
        ("0 0.5, 0.5, 0.1, 0.1", "row-not-numbers"),
        ("0 0.5 0.5 0.1 x", "row-not-numbers"),
        ("0 0_5 0.5 0.1 0.1", "row-not-numbers"),
        ("cat 0.5 0.5 0.1 0.1", "class-invalid"),
        ("1.7 0.5 0.5 0.1 0.1", "class-invalid"),
        ("-1 0.5 0.5 0.1 0.1", "class-invalid"),
        ("5 0.5 0.5 0.1 0.1", "category-unknown"),
        ("0 0.1 0.1 0.2 0.2 0.1 0.1", "polygon-too-few-points"),
        ("0 0.1 0.1 0.2 0.2 0.3 0.3", "polygon-without-area"),
        ("0 0.1 0.1 0.2 0.1 0.2 1.4", "polygon-out-of-bounds"),
        (b"0 0.5 0.5 0.1 0.\xe9", "row-not-numbers"),
        (b"0 0.5 0.5 \x00 0.1", "row-not-numbers"),
    ],
)
def test_bad_row_is_told_with_its_line_and_the_rest_stays(
    tmp_path: Path, pictures: Pictures, row: str | bytes, kind: str
) -> None:
    pictures(tmp_path, "images/a.jpg")
    raw = row.encode() if isinstance(row, str) else row
    good = b"1 0.5 0.5 0.2 0.5"
    write(tmp_path, {"classes.txt": "cat\ndog\n", "labels/a.txt": BOX.encode() + b"\n" + raw + b"\n" + good})
    result = read(tmp_path)
    assert found(result) == {"a.jpg": ["cat", "dog"]}
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.file) == (kind, 3, str(tmp_path / "labels" / "a.txt"))
    assert problem.text.isprintable()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_marks_and_line_ends(tmp_path: Path, pictures: Pictures, ending: str, mark: bytes) -> None:
    pictures(tmp_path, "images/a.jpg")
    rows = ending.join(["0 0.5 0.5 0.2 0.5", "", "1.0 0.1 0.1 0.9 0.1 0.5 0.9", ""])
    write(tmp_path, {"classes.txt": mark + b"cat\ndog", "labels/a.txt": mark + rows.encode()})
    result = read(tmp_path)
    first, second = result.images[0].annotations
    assert (first.category, first.geometry, first.line) == ("cat", SHAPE, 1)
    assert (second.category, second.line) == ("dog", 3)
    assert isinstance(second.geometry, Polygon)
    assert second.geometry.rings[0] == pytest.approx((10, 8, 90, 8, 50, 72))
    assert result.problems == ()


def test_utf16_from_windows(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"classes.txt": "cat", "labels/a.txt": BOX.encode("utf-16")})
    assert found(read(tmp_path)) == {"a.jpg": ["cat"]}


def test_spilling_repeated_and_only_bad_rows(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg", "images/b.jpg")
    rows = "0 0.95 0.5 0.3 0.5\n0 0.95 0.5 0.3 0.5\n0 0.05 0.5 0.1000001 0.5\n"
    write(tmp_path, {"classes.txt": "cat", "labels/a.txt": rows, "labels/b.txt": "rubbish\n"})
    result = read(tmp_path)
    assert [annotation.geometry for annotation in result.images[0].annotations] == [
        Box(pytest.approx(80), 20, 100, 60),
        Box(0, 20, pytest.approx(10), 60),
    ]
    assert [problem.kind for problem in result.problems] == ["box-clipped", "annotation-duplicate", "class-invalid"]
    assert not result.images[1].is_explicit_negative


def test_labels_without_image_and_of_several_images(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/x/a.jpg", "images/y/a.jpg", "images/b.jpg", "images/b.png")
    write(tmp_path, {"classes.txt": "cat", "labels/a.txt": BOX, "labels/b.txt": BOX, "labels/gone.txt": BOX})
    result = read(tmp_path)
    assert found(result) == {"b.jpg": ["cat"]}
    assert [problem.kind for problem in result.problems] == [
        "image-ambiguous",
        "image-ambiguous",
        "label-without-image",
    ]


def test_unreadable_picture_costs_only_its_own_labels(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"classes.txt": "cat", "labels/a.txt": BOX})
    result = read(tmp_path, size=None)
    assert found(result) == {"a.jpg": []}
    assert not result.images[0].is_explicit_negative
    assert [problem.kind for problem in result.problems] == ["image-size-unknown"]


def test_no_image_found_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"classes.txt": "cat", "labels/a.txt": BOX})
    problem = read(tmp_path).problems[0]
    assert (problem.kind, problem.severity) == ("images-not-found", Severity.ERROR)


def test_no_labels_are_refused(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"data.yaml": "train: images\nnames: [cat]\n"})
    with pytest.raises(FormatError, match="no label file"):
        read(tmp_path)


@pytest.mark.parametrize("told", ["/etc", "..", "../elsewhere", "/"])
def test_yaml_cannot_lead_out_of_its_folder(tmp_path: Path, pictures: Pictures, told: str) -> None:
    root = tmp_path / "set"
    pictures(tmp_path, "elsewhere/images/x.jpg", "set/images/a.jpg")
    write(tmp_path, {"elsewhere/labels/x.txt": BOX, "set/labels/a.txt": BOX})
    marker = tmp_path / "touched"
    write(root, {"data.yaml": f"path: {told}\ntrain: images\nnames: [cat]\ndownload: |\n  open('{marker}', 'w')\n"})
    result = read(root)
    assert found(result) == {"a.jpg": ["cat"]}
    assert {(problem.kind, problem.severity) for problem in result.problems} == {
        ("path-unsafe", Severity.INFO),
        ("download-ignored", Severity.INFO),
    }
    assert not marker.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: &x [1]\ntrain: *x\nnames: [a]", "anchors"),
        ("names: !!python/object/apply:os.system ['true']\ntrain: x", "names"),
        ("names: [a\ntrain: x", "line"),
        ("names:\n  cat: 1\ntrain: x", "numbers of classes"),
        ("names: " + "[" * 5000 + "\ntrain: x", "nested too deeply"),
    ],
)
def test_hostile_yaml(tmp_path: Path, pictures: Pictures, content: str, words: str) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"data.yaml": "\n" + content, "labels/a.txt": BOX})
    try:
        result = read(tmp_path / "data.yaml")
    except FormatError as error:
        assert words in error.text
    else:  # a tag that is not run leaves a list of plain text
        assert result.categories == ("true",)


def test_link_out_of_the_labels_is_not_read(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path / "set", "images/a.jpg", "images/b.jpg")
    write(tmp_path, {"set/classes.txt": "cat", "set/labels/b.txt": BOX, "outside.txt": BOX})
    (tmp_path / "set" / "labels" / "a.txt").symlink_to(tmp_path / "outside.txt")
    assert found(read(tmp_path / "set")) == {"b.jpg": ["cat"]}


def test_two_images_of_one_stem_cannot_be_written(tmp_path: Path) -> None:
    images = [RawImage(name, (RawAnnotation("cat", SHAPE),), 100, 80) for name in ("a.jpg", "a.png")]
    with pytest.raises(RefusedError, match="differ only in their ending"):
        write_data_set(FORMAT, images, ["cat"], tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_labels_are_those_of_the_picture_for_which_ultralytics_takes_them(tmp_path: Path, pictures: Pictures) -> None:
    """Whose path has "images" in its last such folder where theirs has "labels"."""
    paths = ["p.jpg", "images/p.jpg", "labels/p.jpg", "images/images/p.jpg", "a/p.jpg", "a/labels/p.jpg"]
    pictures(tmp_path / "images", *paths)
    files = {label_path(path): f"{number} 0.5 0.5 0.2 0.2\n" for number, path in enumerate(paths)}
    write(tmp_path, {"data.yaml": f"names: {list('abcdef')}\ntrain: images\n"} | files)

    result = read(tmp_path)

    assert result.problems == ()
    assert found(result) == {path: [name] for path, name in zip(paths, "abcdef", strict=True)}
