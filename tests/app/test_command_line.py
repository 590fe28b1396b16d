from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import VERBS, make_parser
from app.verbs.output import Console, VerbResult, escaped, plain
from core.domain.runs import RunStatus
from core.errors import FormatError, RefusedError


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in VERBS:
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
