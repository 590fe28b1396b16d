"""`calque weights` from the command line to the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from app import cli


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(list(arguments))
    return code, capsys.readouterr().out


def test_a_file_on_its_way_through_the_shelf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.pt"
    torch.save({"weights": torch.ones(2)}, file)
    home = ("--home", str(tmp_path / "home"))
    assert said(capsys, "weights", "add", str(file), *home)[0] == 0
    code, out = said(capsys, "weights", "--json", *home)
    item = next(item for item in json.loads(out)["weights"] if item["key"] == "file:own.pt")
    assert (code, item["weights_licence"], item["can_be_removed"]) == (0, "unknown", True)
    code, out = said(capsys, "weights", "describe", "own.pt", "--weights-licence", "CC0-1.0", *home)
    assert (code, "licence of the weights: CC0-1.0" in out) == (0, True)
    assert "as it was" in said(capsys, "weights", "verify", "own.pt", *home)[1]
    assert said(capsys, "weights", "list", "own.pt", *home)[0] == 0
    (tmp_path / "home" / "weights" / "own.pt").write_bytes(b"altered")
    code, out = said(capsys, "weights", "verify", *home)
    assert (code, "is not what it was" in out) == (1, True)
    assert said(capsys, "weights", "remove", "own.pt", *home)[0] == 0
    assert said(capsys, "weights", "remove", "own.pt", *home)[0] == 1
    assert said(capsys, "weights", "remove", *home)[0] == 1
