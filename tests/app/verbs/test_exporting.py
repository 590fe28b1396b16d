"""`calque export-data` as a script calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import DONE, REFUSED, make_parser, run_verb


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
        "format": "yolo",
        "path": str(target),
        "images": 2,
        "annotations": 2,
        "copied_images": 2,
        "problems": [
            {
                "kind": "crowds",
                "file": "",
                "line": None,
                "text": "1 crowd region: written as single objects.",
                "severity": "warning",
                "choices": [],
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
