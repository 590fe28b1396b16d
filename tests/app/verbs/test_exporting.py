"""`calque export-data` as a script calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import DONE, REFUSED, USAGE, run_verb
from app.services import open_services
from app.verbs.parser import make_parser
from core.datasets.manifest import freeze_image
from core.domain.geometry import Box
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.formats.catalog import FormatCatalog
from core.home import Home


@pytest.fixture
def calque(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a verb on a home of its own; the exit code, and the JSON object or the lines."""

    def run(*words: object, is_json: bool = True) -> tuple[int, Any]:
        given = [*map(str, words), "--home", str(tmp_path / "home"), *(["--json"] if is_json else [])]
        code = run_verb(make_parser().parse_args(given))
        out, _ = capsys.readouterr()
        return code, json.loads(out) if is_json else out

    return run


@pytest.fixture
def project(tmp_path: Path, calque) -> Path:
    """A project "Pages": one box in each of two folders."""
    root = tmp_path / "pictures"
    for name in ("a/1.png", "b/2.png"):
        (root / name).parent.mkdir(parents=True)
        Image.new("L", (100, 80)).save(root / name)
    images = [{"id": n, "file_name": name} for n, name in enumerate(("a/1.png", "b/2.png"))]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 30, 40], "iscrowd": n} for n in (0, 1)]
    document = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "x"}]}
    (root / "coco.json").write_text(json.dumps(document))
    assert calque("import", root / "coco.json", "--project", "Pages")[0] == DONE
    return root


def test_the_result_is_one_object(calque, project: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    code, data = calque("export-data", "--project", "Pages", "--format", "yolo", target, "--copy-images")
    assert code == DONE
    assert data | {"project": ""} == {
        "project": "",
        "name": "Pages",
        "what": "",
        "format": "yolo",
        "path": str(target),
        "images": 2,
        "annotations": 2,
        "copied_images": 2,
        "linked_images": 0,
        "problems": [
            {
                "kind": "crowds",
                "file": "",
                "line": None,
                "text": "1 crowd region: written as single objects.",
                "severity": "warning",
                "choices": [],
                "code": "",
                "offers": {},
            }
        ],
    }
    assert (target / "labels" / "a" / "1.txt").read_text() == "0 0.16 0.275 0.3 0.5\n"
    assert (target / "images" / "b" / "2.png").read_bytes() == (project / "b" / "2.png").read_bytes()


def test_folders_can_be_chosen_and_people_read_sentences(calque, project: Path, tmp_path: Path) -> None:
    words = ("export-data", "--project", "pages", "--format", "coco", tmp_path / "out", "--folder", "a")
    code, text = calque(*words, is_json=False)
    assert code == DONE
    assert text == f'"Pages" as COCO: 1 annotation of 1 image, in {tmp_path / "out"}.\n'
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".calque-export", "annotations.json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--project", "Nobody", "--format", "coco", "{tmp}/out"), "no project"),
        (("--project", "Pages", "--format", "bmp", "{tmp}/out"), "no format"),
        (("--project", "Pages", "--format", "images", "{tmp}/out"), "cannot hold annotations"),
        (("--project", "Pages", "--format", "coco", "{tmp}/pictures/out"), "the project's own folder"),
        (("--project", "Pages", "--format", "coco", "{tmp}/pictures"), "the project's own folder"),
        (("--project", "Pages", "--format", "coco", "{tmp}"), "is not empty"),
        (("--project", "Pages", "--format", "coco", "{tmp}/out", "--folder", "c"), "no image"),
    ],
)
def test_refusals(calque, project: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, data = calque("export-data", *(word.format(tmp=tmp_path) for word in words))
    assert code == REFUSED
    assert said in data["error"]["text"]
    assert not (tmp_path / "out").exists()


def test_a_frozen_dataset_is_named_by_its_label(calque, project: Path, tmp_path: Path) -> None:
    with open_services(Home(tmp_path / "home")) as services:
        (known,) = services.projects.list_projects()
        frozen = SnapshotImage("a/1.png", "1" * 64, 100, 80, 1, Split.TRAIN, (SnapshotObject(0, Box(1, 2, 3, 4)),))
        services.datasets.freeze(known.id, [freeze_image(frozen)], ["x"])
    words = ("export-data", "--project", "Pages", "--format", "coco", "--dataset", "V001")
    code, data = calque(*words, "--out", tmp_path / "out", "--link-images")
    assert (code, data["what"], data["linked_images"], data["annotations"]) == (DONE, "frozen dataset V001", 1, 1)
    code, text = calque(*words, "--out", tmp_path / "out", "--set", "train", is_json=False)
    assert text.startswith('"Pages" (frozen dataset V001, train set) as COCO: 1 annotation of 1 image, in ')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dataset", "V007"), 'no frozen dataset "V007"'),
        (("--source", "nobody"), 'no stored predictions "nobody"'),
        (("--confidence", "0.5"), "Ground truth has no confidence"),
        (("--set", "val"), "A set is one of"),
        (("--option", "version"), "--option name=value"),
        (("--option", "version=9"), "has no option"),
    ],
)
def test_what_cannot_be_is_refused(calque, project: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, data = calque("export-data", "--project", "Pages", "--format", "yolo", "--out", tmp_path / "out", *words)
    assert code == REFUSED
    assert said in data["error"]["text"] + data["error"]["hint"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [(), ("--out", "a", "b"), ("--out", "a", "--copy-images", "--link-images")])
def test_the_place_is_said_once_and_one_way_of_pictures(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        make_parser().parse_args(["export-data", "--project", "Pages", "--format", "yolo", *words])
    assert left.value.code == USAGE


def test_formats_are_a_table_and_as_json_everything(calque) -> None:
    code, text = calque("formats", is_json=False)
    assert code == DONE
    infos = FormatCatalog().list_formats()
    lines = text.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *(info.slug for info in infos), "calque"]
    assert len({line.index("COCO") for line in lines if line.startswith("coco")} | {lines[0].index("format")}) == 1
    _, data = calque("formats")
    assert [item["slug"] for item in data["formats"]] == [info.slug for info in infos]


def test_one_format_says_what_it_loses(calque) -> None:
    code, text = calque("formats", "yolo", is_json=False)
    assert code == DONE and "crowd regions: written as single objects." in text
    assert calque("formats", "bmp")[0] == REFUSED
    assert calque("formats", "images")[1]["why_not"]
