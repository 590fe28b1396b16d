from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from app.cli import REFUSED, run_verb
from app.verbs.parser import make_parser
from core.home import Home
from core.registry.connecting import connected


def calque(home: Path, *arguments: str) -> int:
    return run_verb(make_parser().parse_args(["--home", str(home), "--json", *arguments]))


def test_wrong_counts_are_said_and_counted_anew_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    (tmp_path / "pages").mkdir()
    Image.new("RGB", (20, 10)).save(tmp_path / "pages" / "1.png")
    assert calque(home, "import", str(tmp_path / "pages"), "--project", "Pages") == 0
    assert calque(home, "verify") == 0
    with connected(Home(home).registry_file, "rw") as connection:
        connection.execute("UPDATE folder SET n_images = 7")
    capsys.readouterr()
    assert calque(home, "verify") == REFUSED
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["kind"] == "registry-counts"
    assert "calque verify --recount" in problem["text"]
    assert calque(home, "verify", "--recount") == 0
    assert calque(home, "verify") == 0
    capsys.readouterr()
    assert calque(home, "projects", "Pages") == 0
    assert '"n_images": 1' in capsys.readouterr().out
