"""What a model.json from elsewhere must be before anything of it is stored or shown: types, sizes, and plain text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.domain.names import one_line, shown
from core.errors import WeightsError
from core.models.weights_store import CARD_FILE, MODEL_FILE, PREDICTION_FILES, WEIGHTS_FILE
from core.tasks.catalog import is_task_id

MAX_CATEGORIES = 10_000
_MAX_CATEGORY = 1_000  # characters
_MAX_WORD, _MAX_TEXT = 200, 100_000
_MAX_DEPTH, _MAX_VALUES = 24, 1_000_000
_MAX_WHOLE = 2**63 - 1  # of what the registry can hold

_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_USE_EXPORTED = "Use what Calque has exported."

Check = Callable[[Any], bool]


def require_described(model: Mapping[str, Any]) -> None:
    """Raises WeightsError with the first thing that is not as a version of Calque states it."""
    for path, problem in _walk(model):
        raise WeightsError(f"{MODEL_FILE} holds a value that is not allowed: {problem} ({path}).", hint=_USE_EXPORTED)
    if not all(_is_stated(model, key) for key in _REQUIRED):
        text = f"{MODEL_FILE} does not say what the model is (architecture, task, categories and worker)."
        raise WeightsError(text, hint=_USE_EXPORTED)
    wrong = next((key for key, check in _OPTIONAL.items() if model.get(key) is not None and not check(model[key])), "")
    if wrong:
        text = f'"{wrong}" in {MODEL_FILE} is not what it should be ({shown(repr(model[wrong])[:80])}).'
        raise WeightsError(text, hint=_USE_EXPORTED)


def _walk(value: object) -> list[tuple[str, str]]:
    """Where something is that cannot be written again as it is, and what; without recursion, as it may be deep."""
    left: list[tuple[object, str, int]] = [(value, "", 0)]
    n_values = 0
    while left:
        item, path, depth = left.pop()
        n_values += 1
        if depth > _MAX_DEPTH or n_values > _MAX_VALUES:
            return [(path[:80], "far too much")]
        if isinstance(item, Mapping):
            left += [(key, path, depth + 1) for key in item]
            left += [(below, f"{path}/{shown(str(key))}"[:200], depth + 1) for key, below in item.items()]
        elif isinstance(item, list):
            left += [(below, path, depth + 1) for below in item]
        elif isinstance(item, str):
            if not _is_storable(item):
                return [(path, f'"{shown(item[:40])}" is no text')]
        elif isinstance(item, float) and not math.isfinite(item):
            return [(path, f"{item} is no number")]
        elif isinstance(item, int) and abs(item) > _MAX_WHOLE:
            return [(path, "a number is too large")]
    return []


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_stated(model: Mapping[str, Any], key: str) -> bool:
    return bool(model.get(key)) and _REQUIRED[key](model[key])


def _is_word(value: object) -> bool:
    """On one line, short."""
    return isinstance(value, str) and len(value) <= _MAX_WORD and value.isprintable()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT


def _is_whole(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _are_categories(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_CATEGORIES
        and all(isinstance(name, str) and 0 < len(name) <= _MAX_CATEGORY and one_line(name) == name for name in value)
        and len(set(value)) == len(value)
    )


def _are_words(value: object) -> bool:
    return isinstance(value, dict) and all(_is_word(key) and _is_word(item) for key, item in value.items())


def _are_files(value: object) -> bool:
    """Those that there are, with their size and hash."""
    return (
        isinstance(value, dict)
        and {WEIGHTS_FILE} <= value.keys() <= {WEIGHTS_FILE, CARD_FILE, *PREDICTION_FILES}
        and all(
            isinstance(stated, dict) and _is_whole(stated.get("n_bytes")) and _is_sha256(stated.get("sha256"))
            for stated in value.values()
        )
    )


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and _SLUG.fullmatch(value) is not None


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _is_confidence(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0


def _is_dataset(value: object) -> bool:
    texts = ("id", "name", "version", "snapshot")
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in texts)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


_REQUIRED: Mapping[str, Check] = {
    "architecture": lambda value: _is_word(value) and len(value) <= 100,
    "worker": _is_slug,
    "worker_version": _is_word,
    "task": is_task_id,
    "categories": _are_categories,
}

_OPTIONAL: Mapping[str, Check] = {
    "files": _are_files,
    "weights_sha256": _is_sha256,
    "name": lambda value: isinstance(value, str) and len(value) <= 500 and value.isprintable(),
    "description": _is_text,
    "configuration": _is_object,
    "configuration_name": lambda value: isinstance(value, str) and len(value) <= 500,
    "snapshot": lambda value: value == "" or _is_sha256(value),
    "snapshot_label": _is_word,
    "seed": _is_whole,
    "device": _is_word,
    "libraries": _are_words,
    "metrics": _is_object,
    "start": _is_text,
    "parent": lambda value: value == "" or _is_id(value),
    "parent_label": lambda value: isinstance(value, str) and len(value) <= 500,
    "run": lambda value: value == "" or _is_id(value),
    "created_at": _is_moment,
    "reason": _is_text,
    "epochs_done": _is_whole,
    "best_epoch": _is_whole,
    "is_partial": _is_yes_or_no,
    "snippet": _is_text,
    "threshold": _is_confidence,
    "threshold_about": _is_object,
    "dataset": _is_dataset,
    "licences": lambda value: isinstance(value, list) and all(_are_words(item) for item in value),
}
"""Of what Calque itself reads again; what a worker adds is its own business, as long as it is plain JSON."""
