"""The folder of published versions: one folder a version, named by the SHA-256 of its `model.json`.

<store>/<content id>/weights.safetensors   the numbers, no code
                     model.json            all that made them; states the size and SHA-256 of the other files
                     README.md             the model card
                     predictions-<set>.pack   what it predicted when its training measured it, where it did
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.snapshots import Split
from core.errors import NotFoundError, WeightsError
from core.files.hashing import sha256_of_file
from core.packs.layout import predictions_file

WEIGHTS_FILE = "weights.safetensors"
MODEL_FILE = "model.json"
CARD_FILE = "README.md"

PREDICTION_FILES = tuple(predictions_file(split) for split in Split)

MODEL_FORMAT = 3
"""Of model.json. What has no number is of format 1, in which measurements had fixed fields; up to format 2 there were
no predictions beside it."""

_CONTENT_ID = re.compile(r"[0-9a-f]{64}")


def list_folders(store: Path) -> tuple[Path, ...]:
    """Every published folder, by name; staging and anything else is left out."""
    if not store.is_dir():
        return ()
    return tuple(sorted(path for path in store.iterdir() if _CONTENT_ID.fullmatch(path.name) and path.is_dir()))


def find_folder(store: Path, content_sha256: str) -> Path | None:
    """The folder of a content id, None when it is not there."""
    folder = store / content_sha256
    return folder if _CONTENT_ID.fullmatch(content_sha256) and folder.is_dir() else None


def find_weights(store: Path, weights_sha256: str) -> Path | None:
    """A weights file of that hash in any published folder, so that equal weights are stored once."""
    for folder in list_folders(store):
        try:
            model = load_model_json(folder)
        except (WeightsError, NotFoundError):
            continue
        path = folder / WEIGHTS_FILE
        if model.get("weights_sha256") == weights_sha256 and path.is_file() and sha256_of_file(path) == weights_sha256:
            return path
    return None


def load_model_json(folder: Path) -> dict[str, Any]:
    """What made a version. Raises NotFoundError without the file, WeightsError when it cannot be understood or has a
    format that only a newer Calque knows."""
    path = folder / MODEL_FILE
    try:
        model = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFoundError(f"{path} is missing.", hint="Choose a folder that holds a published version.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{path} cannot be read: {error}.", hint="Export the version again.") from error
    if not isinstance(model, dict):
        raise WeightsError(f"{path} does not describe a model.", hint="Export the version again.")
    _require_known_format(model, path)
    return model


def _require_known_format(model: Mapping[str, Any], path: Path) -> None:
    number = model.get("format", 1)
    if type(number) is not int or number < 1:
        raise WeightsError(f"{path} states no format that there is ({shown(str(number))}).")
    if number > MODEL_FORMAT:
        raise WeightsError(
            f"{path} is of format {number}, which a newer Calque wrote; this one reads up to format {MODEL_FORMAT}.",
            hint="Install the newest Calque.",
        )


def content_id(model_bytes: bytes) -> str:
    """The name of a version's folder."""
    return hashlib.sha256(model_bytes).hexdigest()


def verify(folder: Path, only: Collection[str] = ()) -> tuple[Problem, ...]:
    """Every file of a published (or exported) folder that is missing or not as it was published. `only` names files
    that are looked at beside model.json; none = all."""
    try:
        model = load_model_json(folder)
        files = dict(_stated_files(model))
    except (NotFoundError, WeightsError) as error:
        return (_problem("model-unreadable", str(error), folder / MODEL_FILE),)
    asked = {name: stated for name, stated in files.items() if not only or name in only}
    problems = [found for name, stated in asked.items() if (found := _check_file(folder / name, stated)) is not None]
    if _CONTENT_ID.fullmatch(folder.name) and content_id((folder / MODEL_FILE).read_bytes()) != folder.name:
        problems.insert(
            0, _problem("model-changed", f"{MODEL_FILE} was changed after publication.", folder / MODEL_FILE)
        )
    return tuple(problems)


def n_bytes(folder: Path) -> int:
    """Size of a version's files."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _stated_files(model: Mapping[str, Any]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    files = model.get("files")
    if not isinstance(files, dict) or WEIGHTS_FILE not in files:
        raise WeightsError(f"{MODEL_FILE} states no {WEIGHTS_FILE}.", hint="Export the version again.")
    for name, stated in files.items():
        if Path(name).name != name or not isinstance(stated, dict):
            raise WeightsError(f"{MODEL_FILE} states files that are not beside it.", hint="Export the version again.")
    return tuple(files.items())


def _check_file(path: Path, stated: Mapping[str, Any]) -> Problem | None:
    if not path.is_file():
        return _problem("file-missing", f"{path.name} is missing.", path)
    if path.stat().st_size != stated.get("n_bytes") or sha256_of_file(path) != stated.get("sha256"):
        return _problem("file-changed", f"{path.name} was changed after publication.", path)
    return None


def _problem(kind: str, text: str, file: Path) -> Problem:
    return Problem(kind, text, str(file), severity=Severity.ERROR)
