"""A version on its way in: an exported folder or .zip, which may have been damaged or made by a stranger."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import clock
from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_from_json
from core.domain.ids import TaskId
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError, WeightsError
from core.files.hashing import sha256_of_file
from core.models.archive import extract_files
from core.models.description import require_described
from core.models.exporting import EXPORTED_FILES, SUMS_FILE
from core.models.origin import Origin, read_origin
from core.models.publish import STAGING_PREFIX
from core.models.tensors import require_weights
from core.models.weights_store import (
    CARD_FILE,
    MODEL_FILE,
    PREDICTION_FILES,
    WEIGHTS_FILE,
    load_model_json,
    verify,
)
from core.packs.reading import read_pack

_MAX_JSON_BYTES = 32 * 2**20
_EXPORT_AGAIN = "Export the version again, or copy the file again."


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """A folder with a version's files, checked. `model` is its model.json."""

    folder: Path
    model: Mapping[str, Any]
    card: str
    origin: Origin

    @property
    def weights(self) -> Path:
        return self.folder / WEIGHTS_FILE

    @property
    def predictions(self) -> tuple[Path, ...]:
        """Packs of what it predicted when it was measured."""
        return list_packs(self.folder)

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
        yield read_bundle(path)
        return
    if not path.is_file():
        raise NotFoundError(f'"{shown(path)}" does not exist.', hint="Choose an exported folder or .zip file.")
    staging = store / f"{STAGING_PREFIX}{os.getpid()}-{clock.new_id()}"
    try:
        staging.mkdir(parents=True, mode=0o700)
        extract_files(path, (*EXPORTED_FILES, SUMS_FILE), staging)
        yield read_bundle(staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_bundle(folder: Path) -> Bundle:
    """Every file of an exported or published folder checked. Raises as `opened_bundle` does."""
    for name in (*EXPORTED_FILES, SUMS_FILE):
        file = folder / name
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise RefusedError(f'"{name}" is a link or a special file.', hint="Use what Calque has exported.")
        if name not in (WEIGHTS_FILE, *PREDICTION_FILES) and file.exists() and file.stat().st_size > _MAX_JSON_BYTES:
            raise RefusedError(f'"{name}" is far too large for what it is.', hint="Use what Calque has exported.")
    model = load_model_json(folder)
    require_described(model)
    tables_of(model)
    problems = [problem.text for problem in verify(folder)] + _changed_files(folder)
    if problems:
        raise WeightsError(f"The exported version is damaged: {problems[0]}", hint=_EXPORT_AGAIN)
    require_weights(folder / WEIGHTS_FILE)
    for file in list_packs(folder):
        read_pack(file).close()
    card = folder / CARD_FILE
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    return Bundle(folder, model, text, read_origin(folder))


def list_packs(folder: Path) -> tuple[Path, ...]:
    """The files of predictions in a version's folder, in the order train, val, test."""
    return tuple(folder / name for name in PREDICTION_FILES if (folder / name).is_file())


def _changed_files(folder: Path) -> list[str]:
    """By SHA256SUMS, which alone vouches for model.json. A folder of the store has none and needs none."""
    sums = folder / SUMS_FILE
    if not sums.is_file():
        return []
    lines = sums.read_text(encoding="ascii", errors="replace").splitlines()
    stated = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    found = {name: sha256_of_file(folder / name) for name in EXPORTED_FILES if (folder / name).is_file()}
    return [f"{name} is not what {SUMS_FILE} says." for name, sha256 in found.items() if stated.get(name) != sha256]


def tables_of(model: Mapping[str, Any]) -> tuple[EvaluationTable, ...]:
    """The evaluations that a model.json states, of every format. Raises WeightsError when one cannot be understood."""
    metrics = model.get("metrics") or {}
    try:
        stated = [{**table, "split": name} for name, table in metrics.items() if table["rows"]]
        return tuple(table_from_json(table) for table in stated)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        text = f"The measurements in {MODEL_FILE} cannot be understood ({shown(str(error))})."
        raise WeightsError(text, hint="Use what Calque has exported.") from error
