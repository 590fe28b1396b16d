from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import REFUSED, report_unexpected, run_verb
from app.verbs.dispatch import CHANGING, function_of
from app.verbs.output import Console, VerbResult, escaped, plain
from app.verbs.parser import make_parser
from core.domain.runs import RunStatus
from core.errors import FormatError, RefusedError

WITHOUT_SERVICES = ("doctor", "formats", "restore")

READING = (
    *("imports", "runs", "models", "projects", "stop", "kill", "try", "label-errors", "compare", "report"),
    *("error-report", "export-data", "weights", "verify"),
)


def verbs() -> list[str]:
    (choices,) = [action.choices for action in make_parser()._actions if action.dest == "verb"]
    assert choices is not None
    return list(choices)


@pytest.mark.parametrize("verb", [verb for verb in verbs() if verb not in WITHOUT_SERVICES])
def test_every_verb_is_carried_out_by_a_function(verb: str) -> None:
    assert callable(function_of(verb))


def test_the_registry_is_copied_before_every_verb_that_writes_to_it() -> None:
    assert sorted((*CHANGING, *READING, *WITHOUT_SERVICES)) == sorted(verbs())


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in verbs():
        with pytest.raises(SystemExit) as left:
            make_parser().parse_args([verb, "--help"])
        assert left.value.code == 0
        assert verb in capsys.readouterr().out


def test_json_and_home_may_stand_on_either_side(tmp_path: Path) -> None:
    before = make_parser().parse_args(["--json", "--home", str(tmp_path), "runs"])
    after = make_parser().parse_args(["runs", "--json", "--home", str(tmp_path)])
    assert (before.json, before.home) == (after.json, after.home) == (True, str(tmp_path))


def test_wrong_usage_leaves_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        make_parser().parse_args(["train", "--minutes", "soon"])
    assert left.value.code == 2
    assert "--minutes" in capsys.readouterr().err


def test_a_refusal_is_one_object_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    Console(is_json=True).refuse(RefusedError("No image.", hint="Add some.", code="E-101"))
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": {"text": "No image.", "hint": "Add some.", "code": "E-101"}}
    assert err == "E-101: No image. Add some.\n"


def test_a_format_error_names_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    Console(is_json=True).refuse(FormatError("Not JSON.", file="a.json", line=3))
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["file"], error["line"]) == ("a.json", 3)


@dataclass(frozen=True)
class Sample:
    at: datetime
    path: Path
    value: float
    status: RunStatus


def test_domain_values_become_plain_json() -> None:
    made = plain({"it": Sample(datetime(2026, 1, 2, tzinfo=UTC), Path("a") / "b", float("nan"), RunStatus.SUCCESS)})
    assert made == {"it": {"at": "2026-01-02T00:00:00+00:00", "path": "a/b", "value": None, "status": "Success"}}
    json.dumps(made, allow_nan=False)


def test_undecodable_names_do_not_break_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    Console().show(VerbResult({}, (name,)))
    assert "caf" in capsys.readouterr().out
    assert escaped(name).isprintable()


def test_the_version_to_export_is_not_the_wish_for_the_programs(capsys: pytest.CaptureFixture[str]) -> None:
    given = make_parser().parse_args(["export", "0123", "folder"])
    assert (given.version, given.is_version_wanted) == ("0123", False)


def refusal_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the verb says when it refuses; standard output holds one JSON object and nothing else."""
    assert run_verb(make_parser().parse_args(["--json", *words])) == REFUSED
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return str(json.loads(out)["error"]["text"])


def test_a_home_of_nobody_is_a_path_like_any_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "home")
    assert "There is no" in refusal_of(capsys, "--home", home, "import", "~nobody-of-this-name/x", "--project", "p")


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").write_text("a file")
    text = refusal_of(capsys, "--home", str(tmp_path / "home"), "runs")
    assert "cannot be made: there is a file" in text


def test_a_run_file_that_is_no_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.toml").write_bytes(b"\xff\xfe\x00")
    text = refusal_of(capsys, "--home", str(tmp_path / "home"), "train", str(tmp_path / "run.toml"))
    assert text == '"run.toml" is not a text in UTF-8.'


@pytest.mark.parametrize("is_json", [False, True])
def test_an_unexpected_error_is_a_sentence_and_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_json: bool
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    report_unexpected(make_parser().parse_args(["--home", str(tmp_path), *(["--json"] if is_json else []), "runs"]))
    try:
        raise ValueError("caf\udce9")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    out, err = capsys.readouterr()
    assert "ValueError" in err and "Traceback" not in err
    assert not is_json or "ValueError" in json.loads(out)["error"]["text"]
    assert "Traceback" in (tmp_path / "logs" / "command-line-error.txt").read_text(encoding="utf-8")


ANSWER = """
from app.verbs.output import Console, VerbResult
Console({is_json}).show(VerbResult({{"a": "\\U0001f600"}}, ("\\U0001f600",)))
"""


@pytest.mark.parametrize(("is_json", "expected"), [(True, '{\n  "a": "\U0001f600"\n}'), (False, "\\U0001f600")])
def test_a_terminal_that_does_not_speak_utf8(is_json: bool, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANSWER.format(is_json=is_json)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.stdout.decode("utf-8").strip() == expected


def test_a_reader_that_has_seen_enough_and_a_full_disk(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.main", "--home", str(tmp_path), "runs"]
    root = Path(__file__).parents[2]
    reader, writer = os.pipe()
    os.close(reader)
    left = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=root, check=False)
    os.close(writer)
    assert (left.returncode, left.stderr) == (0, "")
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            refused = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=root, check=False)
        assert refused.returncode == REFUSED
        assert refused.stderr == "The result could not be written: No space left on device.\n"


def test_a_verb_that_changes_the_registry_copies_it_once_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    for _ in range(2):
        refusal_of(capsys, "--home", home, "import", str(tmp_path / "gone"), "--project", "p")
    assert len(list((tmp_path / "home" / "backups").iterdir())) == 1
