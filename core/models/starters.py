"""Weights that come with Calque: one folder each in `resources/starters`, a published version with a `starter.json`.

`starter.json` says what a version's own files do not: the title, the images that it was trained on and for, and the
licences. It states the SHA-256 of model.json, which states those of the other files: no part of it can be exchanged
unnoticed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain.ids import TaskId
from core.domain.licences import UNKNOWN_LICENCE
from core.domain.names import listed_names, shown
from core.domain.starts import PAGES, Starter
from core.errors import CalqueError, NotFoundError, WeightsError
from core.models.weights_store import MODEL_FILE, WEIGHTS_FILE, content_id, load_model_json, verify

STARTER_FILE = "starter.json"
STARTER_FORMAT = 1
STARTERS_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "starters"

UNKNOWN_STARTER = "E-355"
ALTERED = "E-354"


class StarterCatalog:
    """`folder` holds a folder for each. Reading is a few small files; nothing is kept."""

    def __init__(self, folder: Path = STARTERS_FOLDER) -> None:
        self._folder = folder

    def list_starters(self) -> tuple[Starter, ...]:
        """By title. One that cannot be understood is listed with the reason."""
        if not self._folder.is_dir():
            return ()
        folders = [path for path in self._folder.iterdir() if (path / MODEL_FILE).is_file()]
        return tuple(sorted((read_starter(path) for path in folders), key=lambda item: (item.title, item.name)))

    def find(self, name: str) -> Starter | None:
        return next((starter for starter in self.list_starters() if starter.name == name), None)

    def get(self, name: str) -> Starter:
        """Raises NotFoundError (E-355), which lists those that there are."""
        found = self.find(name)
        if found is None:
            text, hint = unknown_starter(name, [item.name for item in self.list_starters()])
            raise NotFoundError(text, hint=hint, code=UNKNOWN_STARTER)
        return found


def unknown_starter(name: str, known: list[str]) -> tuple[str, str]:
    """What is said of a name that no starter has, and what to do."""
    there = f"There are: {listed_names(known)}." if known else "This Calque comes without any."
    return f'No weights called "{shown(name)}" come with Calque. {there}', "Choose another one, or train from scratch."


def read_starter(folder: Path) -> Starter:
    """Never raises: what is wrong is its `problem`. Whether the weights are as published is `require_unaltered`'s."""
    weights = folder / WEIGHTS_FILE
    blank = Starter(folder.name, folder.name, (), "", "", (), folder, _size(weights), "")
    try:
        model = load_model_json(folder)
        about = _about(folder)
        return Starter(
            name=folder.name,
            title=str(about.get("title") or folder.name.replace("-", " ").capitalize()),
            tasks=(TaskId(str(model["task"])),),
            worker=str(model["worker"]),
            architecture=str(model["architecture"]),
            categories=tuple(str(name) for name in model["categories"]),
            folder=folder,
            n_bytes=_size(weights),
            sha256=str(model.get("weights_sha256", "")),
            code_licence=str(about.get("code_licence") or UNKNOWN_LICENCE),
            weights_licence=str(about.get("weights_licence") or UNKNOWN_LICENCE),
            trained_on=str(about.get("trained_on") or model.get("description") or ""),
            suits=str(about.get("suits") or PAGES),
            configuration=dict(model.get("configuration") or {}),
            problem="" if weights.is_file() else f"Its weights are missing at {shown(weights)}.",
        )
    except CalqueError as error:
        return replace(blank, problem=error.text)
    except (KeyError, TypeError, ValueError, OSError) as error:
        return replace(blank, problem=f"{shown(folder)} does not describe weights ({error!r}).")


def require_unaltered(folder: Path) -> None:
    """Raises WeightsError (E-354) when any part of a starter is not what came with Calque."""
    about = _about(folder)
    stated = str(about.get("model_sha256", ""))
    problems = [found.text for found in verify(folder)]
    if not problems and stated and content_id((folder / MODEL_FILE).read_bytes()) != stated:
        problems = [f"{MODEL_FILE} was changed after publication."]
    if problems:
        text = f'The starter "{about.get("title") or folder.name}" is not what came with Calque: {problems[0]}'
        raise WeightsError(text, hint="Install Calque again, or start from others.", code=ALTERED)


def place_starter(
    published: Path,
    target: Path,
    *,
    title: str,
    trained_on: str,
    code_licence: str,
    weights_licence: str,
    suits: str = PAGES,
) -> Starter:
    """Make a starter of a published version's folder. `target` must not exist. Raises OSError."""
    target.mkdir(parents=True)
    model = load_model_json(published)
    for name in (*model["files"], MODEL_FILE):
        shutil.copyfile(published / name, target / name)
    about = {
        "format": STARTER_FORMAT,
        "title": title,
        "trained_on": trained_on,
        "suits": suits,
        "code_licence": code_licence,
        "weights_licence": weights_licence,
        "model_sha256": content_id((published / MODEL_FILE).read_bytes()),
    }
    text = json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False)
    (target / STARTER_FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return read_starter(target)


def _about(folder: Path) -> Mapping[str, Any]:
    """The content of starter.json; nothing where there is none. Raises WeightsError."""
    file = folder / STARTER_FILE
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{shown(file)} cannot be read: {error}.", hint="Install Calque again.") from error
    if not isinstance(content, dict) or content.get("format") != STARTER_FORMAT:
        raise WeightsError(f"{shown(file)} does not describe a starter.", hint="Install Calque again.")
    return content


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
