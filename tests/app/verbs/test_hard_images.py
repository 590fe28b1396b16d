"""Images that a manifest of ModelArts calls hard, in a terminal: imported as a tag, and written as hard again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def run(*words: object) -> str:
        assert main(["--home", str(tmp_path / "home"), *map(str, words)]) == 0
        return capsys.readouterr().out

    return run


def lines_of(folder: Path) -> dict[str, dict[str, object]]:
    (file,) = folder.glob("*.manifest")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {line["source"]: line for line in lines}


def test_what_is_hard_is_a_tag_here_and_is_written_again(call, tmp_path: Path) -> None:
    folder = tmp_path / "cats"
    folder.mkdir()
    lines = []
    for number, hard in enumerate(["true", True, "false", None]):
        Image.new("RGB", (40, 30), (number * 60, 90, 90)).save(folder / f"{number}.png")
        about = {} if hard is None else {"hard": hard, "hard-coefficient": 0.8}
        annotation = {"type": "modelarts/image_classification", "name": "cat", "annotated-by": "human"}
        lines.append(json.dumps({"source": f"{number}.png", "annotation": [annotation], **about}))
    (folder / "Cats-V001.manifest").write_text("\n".join(lines))
    call("import", folder, "--project", "Cats")
    assert call("tag", "Cats", "list", "hard case") == "0.png\n1.png\n"

    call("tag", "Cats", "remove", "hard case", "0.png")
    call("tag", "Cats", "add", "hard case", "3.png")
    call("import", folder, "--project", "Cats")
    assert call("tag", "Cats", "list", "hard case") == "1.png\n3.png\n"

    call("export-data", "--project", "Cats", "--format", "modelarts", "--out", tmp_path / "out")
    written = lines_of(tmp_path / "out")
    assert {name: line.get("hard") for name, line in written.items()} == {
        "0.png": None, "1.png": "true", "2.png": "false", "3.png": "true",
    }  # fmt: skip
    assert written["0.png"]["hard-coefficient"] == 0.8


def test_a_frozen_dataset_is_written_with_what_was_hard_then(call, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "cats").mkdir(exist_ok=True)
        Image.new("RGB", (40, 30), (number * 60, 90, 90)).save(tmp_path / "cats" / f"{number}.png")
        (tmp_path / "cats" / f"{number}.txt").write_text("cat")
    call("import", tmp_path / "cats", "--project", "Cats")
    call("tag", "Cats", "add", "hard case", "1.png")
    call("dataset", "create", "Cats", "D")
    call("dataset", "fill", "Cats", "D", "train", "--all")
    call("dataset", "freeze", "Cats", "D")
    call("tag", "Cats", "remove", "hard case", "1.png")
    call("export-data", "--project", "Cats", "--format", "modelarts", "--dataset", "D", "--out", tmp_path / "then")
    assert [name for name, line in lines_of(tmp_path / "then").items() if line.get("hard") == "true"] == ["1.png"]


def test_the_sets_that_tags_say_are_written(call, tmp_path: Path) -> None:
    for name in ("free/0.png", "free/1.png", "free/2.png", "valid/3.png"):
        (tmp_path / "cats" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), (len(name) * 9, ord(name[-5]), 90)).save(tmp_path / "cats" / name)
        (tmp_path / "cats" / name).with_suffix(".txt").write_text("cat")
    call("import", tmp_path / "cats", "--project", "Cats")
    for tag, name in (("train", "free/0.png"), ("test", "free/1.png"), ("train", "free/2.png"), ("test", "free/2.png")):
        call("tag", "Cats", "add", tag, name)
    said = call("export-data", "--project", "Cats", "--format", "modelarts", "--out", tmp_path / "out")
    assert {name: line.get("usage") for name, line in lines_of(tmp_path / "out").items()} == {
        "free/0.png": "TRAIN", "free/1.png": "TEST", "free/2.png": "TRAIN", "valid/3.png": "EVAL",
    }  # fmt: skip
    assert "1 image is in two sets, and written as of the first one: free/2.png." in said
