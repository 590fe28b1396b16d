"""What the documents point to exists, and what there is stands in them."""

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.verbs.parser import make_parser

ROOT = Path(__file__).parents[2]
ROOMS = ("app/", "core/", "ui/", "docs/", "tests/", "packaging/", "resources/")
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
VERBS = (ROOT / "README.md", ROOT / "docs" / "guide" / "command-line.md")


def _ticked(text: str) -> Iterator[str]:
    """What stands in back-ticks, outside blocks of code."""
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def _paths(text: str) -> list[str]:
    """Paths of the repository; `<name>` stands for any name."""
    return [words for words in _ticked(text) if words.startswith(ROOMS) and " " not in words]


def _exists(path: str) -> bool:
    pattern = re.sub(r"<[^>]+>", "*", path.rstrip("/"))
    return any(ROOT.glob(pattern)) or any(ROOT.glob(f"{pattern}.py"))


def _finder() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in CONTRIBUTING.read_text().splitlines() if line.startswith("| ")]
    return rows[1:]


def _verbs() -> list[str]:
    [verbs] = [action for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return sorted(verbs.choices)


@pytest.mark.parametrize("document", [CONTRIBUTING, ROOT / "GLOSSARY.md", *ADRS], ids=lambda path: path.name)
def test_every_path_in_a_document_exists(document: Path) -> None:
    assert [path for path in _paths(document.read_text()) if not _exists(path)] == []


def test_a_bare_file_in_the_finder_lies_beside_the_one_before_it() -> None:
    missing = []
    for wish, places in _finder():
        folder = ""
        for words in _ticked(places):
            if words.startswith(ROOMS):
                folder = words if words.endswith("/") else words.rpartition("/")[0]
            elif words.endswith(".py") and not _exists(f"{folder}/{words}".replace("//", "/")):
                missing.append((wish, words))
    assert missing == []


def test_the_finder_answers_each_wish_once() -> None:
    wishes = [row[0] for row in _finder()]
    assert [wish for wish in wishes if wishes.count(wish) > 1] == []


@pytest.mark.parametrize("document", VERBS, ids=lambda path: path.name)
def test_every_verb_is_described(document: Path) -> None:
    lines = [line.split()[1] for line in document.read_text().splitlines() if line.startswith("calque ")]
    named = {name for words in lines for name in words.split("|")}
    assert [verb for verb in _verbs() if verb not in named] == []


def test_every_group_of_plug_ins_is_described() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    named = set(_ticked(CONTRIBUTING.read_text()))
    assert [group for group in groups if group not in named] == []


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("decision", ADRS, ids=lambda path: path.name)
def test_a_decision_states_the_number_of_its_file(decision: Path) -> None:
    assert decision.read_text().startswith(f"# {int(decision.name[:4])}. ")


def test_the_glossary_explains_each_word_once() -> None:
    rows = [line for line in (ROOT / "GLOSSARY.md").read_text().splitlines() if line.startswith("| ")]
    words = [row.split("|")[1].strip() for row in rows]
    assert [word for word in words if words.count(word) > 1] == []


def test_every_picture_of_the_guide_exists_and_is_shown() -> None:
    guide = ROOT / "docs" / "guide"
    shown = {name for page in guide.glob("*.md") for name in re.findall(r"\]\(pictures/([^)]+)\)", page.read_text())}
    shown |= {name.replace("-light.", "-dark.") for name in shown}  # the guide takes those of the window's colours
    assert {file.name for file in (guide / "pictures").iterdir()} == shown
