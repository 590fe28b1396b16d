"""A version on its way in: an exported folder or .zip, which may have been damaged or made by a stranger."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from core import clock
from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_from_json
from core.domain.ids import TaskId
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError, WeightsError
from core.files.hashing import sha256_of_file
from core.models.archive import extract_files
from core.models.exporting import PUBLISHED_FILES, SUMS_FILE
from core.models.publish import STAGING_PREFIX
from core.models.weights_store import CARD_FILE, MODEL_FILE, WEIGHTS_FILE, load_model_json, verify
from core.tasks.catalog import is_task_id

_MAX_JSON_BYTES = 32 * 2**20
_EXPORT_AGAIN = "Export the version again, or copy the file again."


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with a version's files, checked. `model` is its model.json."""

    folder: Path
    model: Mapping[str, Any]
    card: str

    @property
    def weights(self) -> Path:
        return self.folder / WEIGHTS_FILE

    @property
    def task(self) -> TaskId:
        """Which need not be installed."""
        return TaskId(self.model["task"])

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self.model["categories"])


@contextmanager
def opened_bundle(path: Path, store: Path) -> Iterator[Bundle]:
    """The exported folder or .zip at `path`, every file of it checked; nothing of it is executed or unpickled.

    Raises NotFoundError, RefusedError, StorageError, WeightsError.
    """
    if path.is_dir():
        yield _read_bundle(path)
        return
    if not path.is_file():
        raise NotFoundError(f'"{shown(path)}" does not exist.', hint="Choose an exported folder or .zip file.")
    staging = store / f"{STAGING_PREFIX}{os.getpid()}-{clock.new_id()}"
    try:
        staging.mkdir(parents=True, mode=0o700)
        extract_files(path, (*PUBLISHED_FILES, SUMS_FILE), staging)
        yield _read_bundle(staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _read_bundle(folder: Path) -> Bundle:
    for name in (*PUBLISHED_FILES, SUMS_FILE):
        file = folder / name
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise RefusedError(f'"{name}" is a link or a special file.', hint="Use what Calque has exported.")
        if name != WEIGHTS_FILE and file.exists() and file.stat().st_size > _MAX_JSON_BYTES:
            raise RefusedError(f'"{name}" is far too large for what it is.', hint="Use what Calque has exported.")
    model = load_model_json(folder)
    _require_described(model)
    problems = [problem.text for problem in verify(folder)] + _changed_files(folder)
    if problems:
        raise WeightsError(f"The exported version is damaged: {problems[0]}", hint=_EXPORT_AGAIN)
    try:
        with safe_open(folder / WEIGHTS_FILE, framework="np") as weights:
            weights.keys()
    except (SafetensorError, OSError) as error:
        text = f'"{WEIGHTS_FILE}" is not a file of weights ({shown(str(error))}).'
        raise WeightsError(text, hint=_EXPORT_AGAIN) from error
    card = folder / CARD_FILE
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    return Bundle(folder, model, text)


def _changed_files(folder: Path) -> list[str]:
    """By SHA256SUMS, which alone vouches for model.json. A folder of the store has none and needs none."""
    sums = folder / SUMS_FILE
    if not sums.is_file():
        return []
    lines = sums.read_text(encoding="ascii", errors="replace").splitlines()
    stated = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    found = {name: sha256_of_file(folder / name) for name in PUBLISHED_FILES if (folder / name).is_file()}
    return [f"{name} is not what {SUMS_FILE} says." for name, sha256 in found.items() if stated.get(name) != sha256]


def _require_described(model: Mapping[str, Any]) -> None:
    """What a version cannot do without."""
    categories = model.get("categories")
    is_described = (
        all(isinstance(model.get(key), str) and model[key] for key in ("architecture", "worker", "worker_version"))
        and is_task_id(model.get("task"))
        and isinstance(categories, list)
        and categories
        and all(isinstance(name, str) for name in categories)
    )
    if not is_described:
        text = f"{MODEL_FILE} does not say what the model is (architecture, task, categories and worker)."
        raise WeightsError(text, hint="Use what Calque has exported.")
    try:
        json.dumps(model, allow_nan=False).encode()
    except ValueError as error:
        raise WeightsError(f"{MODEL_FILE} holds a value that is not allowed: {shown(str(error))}.") from error


def tables_of(model: Mapping[str, Any]) -> tuple[EvaluationTable, ...]:
    """The evaluations that a model.json states, of every format. Raises WeightsError when one cannot be understood."""
    metrics = model.get("metrics") or {}
    try:
        stated = [{"split": name, **table} for name, table in metrics.items() if table["rows"]]
        return tuple(table_from_json(table) for table in stated)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        text = f"The measurements in {MODEL_FILE} cannot be understood ({shown(str(error))})."
        raise WeightsError(text, hint="Use what Calque has exported.") from error
