"""The guide's table of what the verbs for data answer as JSON says every key, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from tests.core.judgements.predicted_shop import PredictedShop

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide" / "command-line.md"
P = "Drawings"
WAYS: tuple[tuple[str, ...], ...] = (
    ("dataset list", P),
    ("dataset create", P, "D"),
    ("dataset fill", P, "D", "train", "--all"),
    ("dataset split", P, "D", "--ratio", "0.8", "--allow-missing"),
    ("dataset show", P, "D"),
    ("dataset freeze", P, "D"),
    ("dataset verify", P, "D"),
    ("dataset clone", P, "D"),
    ("dataset delete", P, "D"),
    ("check", P, "--no-pictures", "--no-files"),
    ("filter save", P, "all", "--where", "{}"),
    ("filter show", P, "all", "--images"),
    ("filter list", P),
    ("tag", P),
    ("tag split", P, "--all"),
    ("tag add", P, "exclude", "train/00.jpg"),
    ("tag list", P, "exclude"),
    ("trash list",),
)
BASES = {"dataset": "dataset create", "filter": "filter save"}
"""What answers "the same" as another verb, or what has no line of its own, means that one."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


def told() -> dict[str, set[str]]:
    """By verb the keys of its answer: those in no brackets, before what is said of each."""
    rows = dict(re.findall(r"^\| `([a-z ]+)` \| (.*) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    keys = {}
    for verb, text in rows.items():
        first = re.split(r": |; ", re.sub(r"\([^)]*\)", "", text))[0]
        base = rows[BASES[verb.split()[0]]] if first.startswith("the same") else ""
        keys[verb] = set(re.findall(r"`([a-z_]+)`", first + re.sub(r"\([^)]*\)", "", base).split("; ")[0]))
    return keys


def test_the_guide_says_every_key(shop: PredictedShop, capsys: pytest.CaptureFixture[str]) -> None:
    keys = told()
    for words, *rest in WAYS:
        group, *action = words.split()
        # Of tags the project stands before what is done.
        line = [group, *rest[:1], *action, *rest[1:]] if group == "tag" else [group, *action, *rest]
        main(["--home", str(shop.home.root), *line, "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert set(answer) == keys[words if words in keys else BASES[group]], words
