"""Which file names the classes of a label file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.imports import ImportSource, Severity
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.yolo import FORMAT

Pictures = Callable[..., Path]
ROW = "{} 0.5 0.5 0.2 0.5\n"


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)


def read(path: Path, encoding: str | None = None) -> ReadResult:
    source = ImportSource(path, names_encoding=encoding)
    return gather(FORMAT.read(source, size_of=lambda _: PictureSize(100, 80)))


def found(result: ReadResult) -> dict[str, list[str | None]]:
    return {image.path: [annotation.category for annotation in image.annotations] for image in result.images}


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def notes(*names: str) -> str:
    return json.dumps({"categories": [{"id": str(n), "name": name} for n, name in enumerate(names)], "info": {}})


def test_each_folder_has_its_own_list_and_classes_go_by_name(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a/1.jpg", "b/1.jpg", "b/deep/er/1.jpg", "c/1.jpg")
    write(
        tmp_path,
        {
            "classes.txt": "owl\n",
            "a/classes.txt": "dog\ncat\n",
            "b/classes.txt": "cat\ndog\n",
            **{f"{folder}/1.txt": ROW.format(0) for folder in ("a", "b", "b/deep/er", "c")},
        },
    )
    result = read(tmp_path)
    assert found(result) == {"a/1.jpg": ["dog"], "b/1.jpg": ["cat"], "b/deep/er/1.jpg": ["cat"], "c/1.jpg": ["owl"]}
    assert result.categories == ("dog", "cat", "owl")
    assert kinds(result) == ["category-lists-merged"]


def test_data_sets_side_by_side_keep_their_own_names(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "one/images/a.jpg", "two/images/b.jpg")
    yaml = "train: images\nval: images\nnames: [{}]\n"
    write(
        tmp_path,
        {
            "one/data.yaml": yaml.format("cat, dog"),
            "two/data.yaml": yaml.format("dog, cat"),
            "one/labels/a.txt": ROW.format(0),
            "two/labels/b.txt": ROW.format(0),
        },
    )
    assert found(read(tmp_path)) == {"one/images/a.jpg": ["cat"], "two/images/b.jpg": ["dog"]}
    assert found(read(tmp_path / "two")) == {"b.jpg": ["dog"]}


def test_a_folder_without_a_list_among_others_is_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a/1.jpg", "b/1.jpg")
    write(tmp_path, {"a/classes.txt": "dog\n", "a/1.txt": ROW.format(0), "b/1.txt": ROW.format(1)})
    result = read(tmp_path)
    assert found(result) == {"a/1.jpg": ["dog"], "b/1.jpg": ["class 1"]}
    assert result.categories == ("dog", "class 0", "class 1")
    assert kinds(result) == ["category-names-missing"]


@pytest.mark.parametrize(
    ("files", "name", "kind"),
    [
        ({"notes.json": notes("cat", "dog"), "classes.txt": "dog\ncat\n"}, "cat", "category-names-differ"),
        ({"notes.json": notes("cat", "dog"), "classes.txt": "cat\ndog\n"}, "cat", ""),
        ({"notes.json": '{"categories": [{"id": 1, "name": "x"}]}'}, "class 0", "category-without-name"),
        ({"notes.json": '{"my": "notes"}', "classes.txt": "dog\ncat\n"}, "dog", ""),
        ({"notes.json": "", "classes.txt": "dog\ncat\n"}, "dog", "annotation-file-unreadable"),
        (
            {"notes.json": '{"categories": [{"id": -1, "name": "x"}, {"id": 1e9}, 5]}', "classes.txt": "dog\n"},
            "dog",
            "",
        ),
        ({"labels/classes.txt": "dog\n", "classes.txt": "cat\n"}, "dog", ""),
        ({"classes.txt": "dog\n", "data.yaml": "names: [cat]\nnc: 1"}, "cat", "category-names-differ"),
        ({"labels/classes.txt": "dog\n", "data.yaml": "names: [cat]\nnc: 1"}, "cat", "category-names-differ"),
        ({"classes.txt": "", "names.txt": "dog"}, "dog", "names-file-empty"),
        ({"data.yaml": "", "classes.txt": "dog"}, "dog", "names-file-empty"),
    ],
)
def test_which_of_several_lists_counts(
    tmp_path: Path, pictures: Pictures, files: dict[str, str | bytes], name: str, kind: str
) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {**files, "labels/a.txt": ROW.format(0)})
    result = read(tmp_path)
    assert found(result) == {"a.jpg": [name]}
    assert kinds(result) == [kind] * bool(kind)


def test_a_disagreement_is_said_once_with_both_names(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/x/a.jpg", "images/y/b.jpg")
    write(tmp_path, {"labels/x/a.txt": ROW.format(0), "labels/y/b.txt": ROW.format(0), "notes.json": notes("cat")})
    write(tmp_path, {"classes.txt": "dog\n"})
    (problem,) = read(tmp_path).problems
    assert problem.severity is Severity.WARNING
    assert all(word in problem.text for word in ('"notes.json"', '"classes.txt"', '"cat"', '"dog"', "is followed"))


def test_the_file_that_was_pointed_at_counts(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"labels/a.txt": ROW.format(0), "labels/classes.txt": "dog\n", "mine.yaml": "names: [cat]\nnc: 1"})
    write(tmp_path, {"data.yaml": "names: [owl]\nnc: 1"})
    result = read(tmp_path / "mine.yaml")
    assert found(result) == {"a.jpg": ["cat"]}
    assert kinds(result) == ["category-names-differ"] * 2
    assert found(read(tmp_path)) == {"a.jpg": ["owl"]}


def test_a_yaml_of_bytes_that_yaml_does_not_allow(tmp_path: Path, pictures: Pictures) -> None:
    """The first bytes of Japanese signs are control characters for who reads them as Western."""
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"data.yaml": "nc: 1\nnames: [日木]\n".encode("cp932"), "labels/a.txt": ROW.format(0)})
    result = read(tmp_path)
    assert result.categories == (r"\x93\xfa\x96\xd8",) and kinds(result) == ["names-not-utf8"]
    assert found(read(tmp_path, "cp932")) == {"a.jpg": ["日木"]}


def test_a_yaml_that_only_its_encoding_makes_readable_says_so(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"data.yaml": "nc: 1\nnames: [日本]\n".encode("cp932"), "labels/a.txt": ROW.format(0)})
    with pytest.raises(FormatError) as refused:
        read(tmp_path)
    assert "not UTF-8" in refused.value.hint and "--names-encoding cp932" in refused.value.hint
    assert found(read(tmp_path, "cp932")) == {"a.jpg": ["日本"]}


@pytest.mark.parametrize("file", ["classes.txt", "data.yaml"])
def test_names_in_another_encoding(tmp_path: Path, pictures: Pictures, file: str) -> None:
    pictures(tmp_path, "images/a.jpg")
    text = "猫\n安全帽\n" if file == "classes.txt" else "nc: 2\nnames:\n  - 猫\n  - 安全帽\n"
    write(tmp_path, {file: text.encode("gbk"), "labels/a.txt": ROW.format(1)})
    result = read(tmp_path)
    assert result.categories == (r"\xc3\xa8", r"\xb0\xb2\xc8\xab\xc3\xb1")
    (problem,) = result.problems
    assert (problem.kind, problem.offers[0]) == ("names-not-utf8", ("gbk", "“猫”, “安全帽”"))
    result = read(tmp_path, "gbk")
    assert result.categories == ("猫", "安全帽")
    assert found(result) == {"a.jpg": ["安全帽"]}
    assert kinds(result) == ["names-encoding"]
    with pytest.raises(FormatError, match="cannot be read as ascii"):
        read(tmp_path, "ascii")


def test_labels_outside_the_folder_of_labels_are_read_too(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "set/images/a.jpg", "more/b.jpg")
    write(tmp_path, {"classes.txt": "cat\n", "set/labels/a.txt": ROW.format(0), "more/b.txt": ROW.format(0)})
    write(tmp_path, {"more/README.txt": "Thank you.\n"})
    result = read(tmp_path)
    assert found(result) == {"set/images/a.jpg": ["cat"], "more/b.jpg": ["cat"]}
    assert result.problems == ()


def test_labels_may_be_called_like_a_set_or_a_list_of_names(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/train.jpg", "images/names.jpg")
    write(tmp_path, {"classes.txt": "cat\n", "labels/train.txt": ROW.format(0), "labels/names.txt": ROW.format(0)})
    assert found(read(tmp_path)) == {"names.jpg": ["cat"], "train.jpg": ["cat"]}


def test_labels_beside_the_only_data_set_that_has_a_yaml_are_not_lost(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "one/images/a.jpg", "two/images/b.jpg")
    write(tmp_path, {"one/data.yaml": "train: images\nval: images\nnames: [cat]\n", "two/names.txt": "dog\n"})
    write(tmp_path, {"one/labels/a.txt": ROW.format(0), "two/labels/b.txt": ROW.format(0)})
    assert found(read(tmp_path)) == {"one/images/a.jpg": ["cat"], "two/images/b.jpg": ["dog"]}


def test_a_labels_txt_beside_the_labels_names_the_classes(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    write(tmp_path, {"labels.txt": "cat\ndog\n", "a.txt": ROW.format(1)})

    result = read(tmp_path)

    assert found(result) == {"a.jpg": ["dog"]} and not result.problems


def test_a_labels_txt_of_rows_is_that_of_a_picture(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "labels.jpg", "a.jpg")
    write(tmp_path, {"classes.txt": "cat\ndog\n", "labels.txt": ROW.format(1), "a.txt": ROW.format(0)})

    assert found(read(tmp_path)) == {"a.jpg": ["cat"], "labels.jpg": ["dog"]}


def test_ten_thousand_numbers_without_a_name_are_told_in_a_few_words(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg")
    write(tmp_path, {"data.yaml": "train: images\nnames: {0: cat, 10000: dog}\n", "labels/a.txt": ROW.format(0)})

    problems = read(tmp_path).problems

    assert [problem.kind for problem in problems] == ["category-without-name"] * 10
    assert "9989 other classes" in problems[-1].text
