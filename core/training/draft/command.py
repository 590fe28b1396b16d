"""A training in words that mean the same tomorrow and elsewhere: a `run.toml`, or a `calque train` command.

A `TrainingDraft` names things by ids of one registry; a `TrainingPlan` names them as people do. Values that TOML and
a command line cannot hold (none at all) are written "none" and read back by the kind of their field.
"""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.domain.snapshots import Split
from core.domain.training_plan import TrainingPlan as TrainingPlan
from core.domain.workers import ConfigValue
from core.errors import FormatError

NO_LIMIT = "no limit"
NONE = "none"


def to_toml(plan: TrainingPlan) -> str:
    """What differs from the defaults, and always the project, worker, model and folders."""
    lines = ["# calque train run.toml"]
    for item in fields(plan):
        value = getattr(plan, item.name)
        if item.name == "values" or not (item.name in _ALWAYS or value != item.default):
            continue
        lines.append(f"{item.name} = {_toml(NO_LIMIT if item.name == 'minutes' and value is None else value)}")
    if plan.values:
        lines += ["", "[values]"]
        lines += [f"{_toml_key(name)} = {_toml(value)}" for name, value in plan.values.items()]
    return "\n".join(lines) + "\n"


def from_toml(text: str, *, file: str = "run.toml") -> TrainingPlan:
    """Raises FormatError: what is wrong, and at which key or line."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f'"{file}" is not valid TOML: {error}.', file=file) from error
    except RecursionError as error:
        raise FormatError(f'"{file}" is nested too deeply.', file=file) from error
    known = {item.name: item for item in fields(TrainingPlan)}
    taken: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise FormatError(f'"{file}" has an unknown key "{key}". Known are: {", ".join(known)}.', file=file)
        taken[key] = _checked(key, value, file)
    return TrainingPlan(**taken)


def to_arguments(plan: TrainingPlan) -> list[str]:
    """The options of `calque train`, as app/verbs/training_options.py declares them."""
    arguments: list[str] = []
    for option, value in (
        ("--project", plan.project),
        ("--worker", plan.worker),
        ("--task", plan.task),
        ("--configuration", plan.configuration),
        ("--model", plan.model),
        ("--name", plan.name),
        ("--version-name", plan.version_name),
        ("--start", "" if plan.start == "scratch" else plan.start),
        ("--device", plan.device),
    ):
        arguments += _option(option, value) if value else []
    for option, values in (("--train", plan.train), ("--val", plan.val), ("--test", plan.test)):
        for folder in values:
            arguments += _option(option, folder or ".")
    for name in plan.stated_sets:
        arguments += _option("--stated-set", name)
    for option, text in (
        ("--dataset", plan.dataset),
        ("--filter", plan.train_filter),
        ("--val-filter", plan.val_filter),
        ("--test-filter", plan.test_filter),
    ):
        arguments += _option(option, text) if text else []
    for name in plan.sets:
        arguments += _option("--sets", name)
    if plan.tagged == _SPLITS:
        arguments.append("--tagged")
    else:
        for name in plan.tagged:
            arguments += _option("--tagged-set", name)
    for name in plan.classes:
        arguments += _option("--class", name)
    for name in plan.crop_of:
        arguments += _option("--crop-of", name)
    for names in plan.conditions:
        arguments += _option("--where", names)
    if plan.val_ratio != _DEFAULT.val_ratio and _may_be_carved(plan):
        arguments += _option("--val-ratio", repr(plan.val_ratio))
    if plan.seed:
        arguments += _option("--seed", str(plan.seed))
    if plan.minutes is None:
        arguments.append("--no-limit")
    elif plan.minutes != _DEFAULT.minutes:
        arguments += _option("--minutes", f"{plan.minutes:.15g}")
    arguments += ["--allow-download"] if plan.allow_download else []
    arguments += ["--use-images-without-objects"] if plan.use_images_without_objects else []
    arguments += ["--include-model-annotations"] if plan.include_model_annotations else []
    for key, item in plan.values.items():
        arguments += _option("--set", f"{key}={as_text(item)}")
    return arguments


def to_command(plan: TrainingPlan, *, freezes: bool = False) -> str:
    """One line for a shell. The model's description has no option; a run.toml keeps it. `freezes`: the dataset is open,
    and the line says that it may be frozen, as Start asks."""
    return shlex.join(["calque", "train", *to_arguments(plan), *(["--freeze"] if freezes else [])])


def as_text(value: ConfigValue) -> str:
    """A configuration's value as it is typed after `--set key=`."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value)
    return repr(value) if isinstance(value, float) else str(value)


_DEFAULT = TrainingPlan()
_ALWAYS = frozenset({"project", "worker", "model", "train"})
_SPLITS = tuple(split.value for split in Split)
_LISTS = frozenset({"train", "val", "test", "stated_sets", "classes", "crop_of", "conditions", "tagged", "sets"})
_NUMBERS = frozenset({"val_ratio", "minutes"})


def _may_be_carved(plan: TrainingPlan) -> bool:
    """Nothing was chosen to validate on, as far as the plan tells: of a dataset that depends on its sets."""
    return not (plan.val or plan.val_filter or "val" in plan.stated_sets or "val" in plan.tagged)


def _option(option: str, value: str) -> list[str]:
    # "--train=-x": a value that begins with a dash would be taken for an option.
    return [f"{option}={value}"] if value.startswith("-") else [option, value]


def _checked(key: str, value: Any, file: str) -> Any:
    """The value as the plan holds it; FormatError when it is of another kind."""
    if key in _LISTS:
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return tuple("" if item == "." else item for item in items)
        raise FormatError(f'"{key}" in "{file}" must be a list of texts.', file=file)
    if key == "values":
        if isinstance(value, dict):
            return value
        raise FormatError(f'"{key}" in "{file}" must be a table.', file=file)
    if key == "minutes" and value == NO_LIMIT:
        return None
    if key in _NUMBERS:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        words = f'a number, or "{NO_LIMIT}"' if key == "minutes" else "a number"
        raise FormatError(f'"{key}" in "{file}" must be {words}.', file=file)
    wanted = type(getattr(_DEFAULT, key))
    if type(value) is wanted:
        return value
    words = {str: "a text", int: "a whole number", bool: "true or false"}[wanted]
    raise FormatError(f'"{key}" in "{file}" must be {words}.', file=file)


def _toml(value: Any) -> str:
    if value is None:
        return _toml_text(NONE)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)  # "1e-05", "nan" and "inf" are TOML too
    if isinstance(value, str):
        return _toml_text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_toml(item) for item in value) + "]"


def _toml_key(name: str) -> str:
    is_bare = bool(name) and name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else _toml_text(name)


def _toml_text(text: str) -> str:
    """A basic string. What TOML cannot hold (half a surrogate pair) becomes a question mark."""
    sound = text.encode("utf-8", "replace").decode()
    # JSON's escapes are TOML's, but for DEL.
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")
