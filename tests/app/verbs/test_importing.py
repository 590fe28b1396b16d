"""`calque import`: what it prints and what its JSON holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import run_verb
from app.verbs.parser import make_parser
from app.verbs.problems import MAX_OF_A_KIND, problem_lines
from core.domain.imports import Problem, Severity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven images, one of them stored sideways; the file speaks of eight more that are not there."""
    exif = Image.Exif()
    exif[0x0112] = 6
    folder = tmp_path / "data"
    folder.mkdir()
    for number in range(7):
        turned = {"exif": exif} if number == 3 else {}
        Image.new("RGB", (64, 48), (number, 9, 9)).save(folder / f"{number}.png", **turned)
    document = {
        "images": [{"id": number, "file_name": f"{number}.png"} for number in range(15)],
        "annotations": [{"image_id": number, "category_id": 1, "bbox": [1, 1, 9, 9]} for number in range(15)],
        "categories": [{"id": 1, "name": "line"}],
    }
    (folder / "train.json").write_text(json.dumps(document))
    return folder


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run_verb(make_parser().parse_args(["--home", str(tmp_path / "home"), *words]))
    return code, capsys.readouterr().out


def test_the_json_holds_every_problem_and_all_counts(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P")
    data: dict[str, Any] = json.loads(out)
    assert code == 0
    assert (data["images"], data["annotations"], data["n_rotated"]) == (7, 7, 1)
    assert data["problem_counts"]["image-missing"] == 8
    assert [problem["kind"] for problem in data["problems"]].count("image-missing") == 8
    assert {(str(problem["choices"]), str(problem["offers"])) for problem in data["problems"]} == {("[]", "{}")}


def test_a_few_of_each_kind_are_printed(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(tmp_path, capsys, "import", str(folder), "--project", "P")
    assert code == 0
    assert "1 image is stored turned" in out
    assert out.count("was not found") == MAX_OF_A_KIND
    assert f'and {8 - MAX_OF_A_KIND} more of "image-missing"' in out


def test_the_gravest_come_first_and_remarks_last() -> None:
    problems = [
        Problem("a", "Remark.", severity=Severity.INFO),
        Problem("b", "Warning.", file="x.json", line=3),
        Problem("c", "Error.", severity=Severity.ERROR),
    ]
    assert problem_lines(problems) == ["2 problems:", "  Error.", "  x.json:3: Warning.", "1 remark:", "  Remark."]


def test_the_encoding_of_names_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    Image.new("RGB", (64, 48)).save(folder / "a.png")
    (folder / "a.txt").write_text("0 0.5 0.5 0.2 0.5\n")
    (folder / "classes.txt").write_bytes("猫\n".encode("gbk") + b"\xb0\xb2\n")
    code, out = run(tmp_path, capsys, "import", str(folder), "--project", "P")
    assert code == 0 and "--names-encoding gbk" in out and r"\xc3\xa8: 1" in out
    code, out = run(tmp_path, capsys, "import", str(folder), "--project", "Q", "--names-encoding", "gbk")
    assert code == 0 and "猫: 1" in out
    code, _ = run(tmp_path, capsys, "import", str(folder), "--project", "R", "--names-encoding", "klingon")
    assert code != 0


def test_a_version_of_a_file_is_left_out_at_a_wish(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((folder / "train.json").read_text())
    document["annotations"][0]["bbox"] = [2, 2, 9, 9]
    (folder / "backup.json").write_text(json.dumps(document))
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P")
    assert code != 0 and "in different ways" in json.loads(out)["error"]["text"]
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P", "--without", "no.json")
    assert code != 0 and "There is no no.json" in json.loads(out)["error"]["text"]
    (tmp_path / "backup.json").write_text("{}")
    monkeypatch.chdir(tmp_path)  # where another file has that name
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "Q", "--without", "backup.json")
    assert code == 0 and json.loads(out)["annotations"] == 7
    monkeypatch.chdir(folder)
    code, out = run(tmp_path, capsys, "--json", "import", ".", "--project", "P", "--without", "./backup.json")
    assert code == 0 and json.loads(out)["annotations"] == 7


def test_a_dry_run_says_everything_and_writes_nothing(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(tmp_path, capsys, "import", str(folder), "--project", "P", "--dry-run", "--map", "line=row")
    assert code == 0
    assert "COCO: 1 .json file looks like COCO (taken)" in out
    assert "line: 7 -> row" in out and out.rstrip().endswith("Nothing was written.")
    code, out = run(tmp_path, capsys, "--json", "projects")
    assert json.loads(out)["projects"] == []


def test_classes_are_mapped_and_left_out(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P", "--map", "line=row")
    assert code == 0 and json.loads(out)["categories"] == {"row": 7}
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "Q", "--map", "line=")
    assert code == 0 and json.loads(out)["annotations"] == 0
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "R", "--map", "word=row")
    assert code == 1 and 'called "word"' in json.loads(out)["error"]["text"]
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "R", "--map", "word")
    assert code == 1 and "no name=value" in json.loads(out)["error"]["text"]
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "R", "--option", "a=b")
    assert code == 1 and 'no option "a"' in json.loads(out)["error"]["text"]


def test_changes_are_told_and_taken_over_when_asked(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, capsys, "import", str(folder), "--project", "P")
    document = json.loads((folder / "train.json").read_text())
    document["annotations"][0]["bbox"] = [2, 1, 9, 9]
    (folder / "train.json").write_text(json.dumps(document))
    code, out = run(tmp_path, capsys, "import", str(folder), "--project", "P", "--dry-run")
    assert code == 0 and "6 the same, 0 new, 1 changed, 0 not in the files any more" in out
    assert "0.png: 0 the same, 0 new, 1 changed" in out
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P", "--take-changes")
    assert json.loads(out)["differences"] == {"same": 6, "new": 0, "changed": 1, "gone": 0, "only_details": 0}
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), "--project", "P", "--dry-run")
    assert json.loads(out)["differences"]["total"]["same"] == 7


def test_reports_are_listed_and_shown(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, capsys, "import", str(folder), "--project", "P", "--map", "line=row")
    code, out = run(tmp_path, capsys, "imports", "--project", "P")
    assert code == 0 and "7 new images, 7 new annotations" in out
    id = out.split()[0]
    code, out = run(tmp_path, capsys, "imports", id, "--project", "P")
    assert code == 0 and 'Class "line" became "row".' in out and "was not found" in out
    run(tmp_path, capsys, "import", str(folder), "--project", "Q")
    for project, number in (("P", "999"), ("P", "9" * 30), ("Q", id)):
        code, out = run(tmp_path, capsys, "--json", "imports", number, "--project", project)
        assert code == 1 and "no report of an import with the number" in json.loads(out)["error"]["text"]


def test_several_paths_go_into_one_project_or_none_does(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((folder / "train.json").read_text())
    document["categories"][0]["name"] = "word"
    second = tmp_path / "second.json"
    second.write_text(json.dumps(document))
    words = ("import", str(folder), str(second), "--project", "P")
    code, out = run(tmp_path, capsys, "--json", *words)
    data = json.loads(out)
    assert code == 0 and [one["new_annotations"] for one in data["imports"]] == [7, 7]
    assert [one["new_images"] for one in data["imports"]] == [7, 0]
    second.write_text("{")
    code, out = run(tmp_path, capsys, "--json", "import", str(folder), str(second), "--project", "Q")
    assert code == 1
    _, out = run(tmp_path, capsys, "--json", "projects")
    assert [project["name"] for project in json.loads(out)["projects"]] == ["P"]
