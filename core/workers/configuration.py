"""What a worker can be configured with: a pydantic class becomes form fields, checks and resolved values.

A worker writes a subclass of `WorkerConfiguration` whose fields are made with `setting(...)`. The window sees
`FieldSpec` records only, never pydantic; problems come back as sentences beside the field they belong to.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from core.domain.workers import ConfigValue, FieldKind, FieldProblem, FieldSpec
from core.errors import RefusedError

REQUIRED = "E-131"
OUT_OF_RANGE = "E-132"
UNKNOWN_KEY = "W-133"

C = TypeVar("C", bound="WorkerConfiguration")

_KINDS: Mapping[type, FieldKind] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.INTEGER,
    float: FieldKind.FLOAT,
    str: FieldKind.TEXT,
}


class WorkerConfiguration(BaseModel):
    """The parameters of one worker. Every field has a default, so that an empty configuration can run."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    def problems(self) -> tuple[FieldProblem, ...]:
        """What single fields cannot tell: combinations that do not exist or that will be changed."""
        return ()

    def architecture(self) -> str:
        """The name of the network that these values train, e.g. "yolo11n"; "" when the worker has only one."""
        return ""

    def pretrained(self) -> str:
        """The file name of the architecture's published weights, "" when there are none."""
        return ""


def setting(
    default: ConfigValue,
    *,
    title: str,
    help: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    unit: str = "",
    choices: Mapping[Any, str] | None = None,
    group: str = "",
    is_advanced: bool = False,
    depends_on: tuple[str, tuple[ConfigValue, ...]] | None = None,
    default_by: tuple[str, Mapping[Any, ConfigValue]] | None = None,
) -> Any:
    """A field of a `WorkerConfiguration`. `choices` gives the titles of a `Literal`'s values, in order.

    `default_by` names another field, and by its value the default here: who changes the other resets this one.
    """
    form: Any = {
        "step": step,
        "unit": unit,
        "choices": dict(choices or {}),
        "group": group,
        "is_advanced": is_advanced,
        "depends_on": depends_on,
        "default_by": (default_by[0], tuple(default_by[1].items())) if default_by else None,
        "minimum": minimum,
        "maximum": maximum,
    }
    return Field(default, title=title, description=help, ge=minimum, le=maximum, json_schema_extra={"form": form})


def field_specs(configuration: type[WorkerConfiguration]) -> tuple[FieldSpec, ...]:
    """The form's fields in the order of declaration."""
    hints = get_type_hints(configuration, include_extras=False)
    return tuple(_spec(name, hints[name], info) for name, info in configuration.model_fields.items())


def check(configuration: type[WorkerConfiguration], values: Mapping[str, ConfigValue]) -> tuple[FieldProblem, ...]:
    """Every problem of `values` (keys that are absent take their default). Unknown keys are warnings."""
    specs = {spec.name: spec for spec in field_specs(configuration)}
    unknown = tuple(
        FieldProblem(name, f'This worker does not know "{name}"; the value is kept and not used.', False, UNKNOWN_KEY)
        for name in values
        if name not in specs
    )
    try:
        made = configuration.model_validate(_completed(specs.values(), values))
    except ValidationError as error:
        details = error.errors(include_url=False)
        return _problems_of(details, specs) + unknown
    return made.problems() + unknown


def resolve(configuration: type[WorkerConfiguration], values: Mapping[str, ConfigValue]) -> dict[str, ConfigValue]:
    """`values` completed with the defaults; unknown keys are kept at the end.

    Raises RefusedError with the first problem that is an error.
    """
    for problem in check(configuration, values):
        if problem.is_error:
            raise RefusedError(problem.text, code=problem.code, hint="Correct the configuration.")
    known = configuration.model_fields
    made = make(configuration, values)
    return {**made.model_dump(), **{name: value for name, value in values.items() if name not in known}}


def make(configuration: type[C], values: Mapping[str, ConfigValue]) -> C:
    """The configuration object of values that `check` has no error about; unknown keys are left out."""
    return configuration.model_validate(_completed(field_specs(configuration), values))


def defaults(configuration: type[WorkerConfiguration], values: Mapping[str, ConfigValue]) -> dict[str, ConfigValue]:
    """Of every field, beside these values of the others; a field that is absent from them has its own default."""
    usual = configuration().model_dump()
    given = {**usual, **values}
    return {**usual, **{spec.name: spec.default_in(given) for spec in field_specs(configuration) if spec.default_by}}


def differing(configuration: type[WorkerConfiguration], values: Mapping[str, ConfigValue]) -> dict[str, ConfigValue]:
    """Only what differs from the worker's defaults: what a stored configuration holds."""
    usual = defaults(configuration, values)
    return {
        name: value
        for name, value in values.items()
        if name not in usual or type(value) is not type(usual[name]) or value != usual[name]
    }


def parse_text(configuration: type[WorkerConfiguration], name: str, text: str) -> ConfigValue:
    """A value typed on a command line, by the kind of its field; text that fits no kind stays text for `check`."""
    spec = next((spec for spec in field_specs(configuration) if spec.name == name), None)
    if spec is None:
        return text
    for choice, _ in spec.choices:
        if text == str(choice):
            return choice
    if (spec.is_optional or spec.kind is FieldKind.INTEGER_OR_AUTO) and text.lower() in {"", "auto", "none"}:
        return None
    if spec.kind is FieldKind.BOOLEAN:
        words: dict[str, ConfigValue] = dict.fromkeys(("true", "yes", "on"), True)
        words |= dict.fromkeys(("false", "no", "off"), False)
        return words.get(text.lower(), text)
    if spec.kind in (FieldKind.INTEGER, FieldKind.INTEGER_OR_AUTO, FieldKind.FLOAT):
        return _number(text, is_whole=spec.kind is not FieldKind.FLOAT)
    return text


def _completed(specs: Iterable[FieldSpec], values: Mapping[str, ConfigValue]) -> dict[str, ConfigValue]:
    """Those of known fields, with the defaults that go with another field's value. Others are pydantic's to fill in."""
    listed = list(specs)
    given = {**{spec.name: spec.default for spec in listed}, **values}
    following = {spec.name: spec.default_in(given) for spec in listed if spec.default_by}
    known = {spec.name for spec in listed}
    return {**following, **{name: value for name, value in values.items() if name in known}}


def _number(text: str, *, is_whole: bool) -> ConfigValue:
    try:
        return int(text) if is_whole else float(text)
    except ValueError:
        return text


def _spec(name: str, hint: Any, info: FieldInfo) -> FieldSpec:
    extra = info.json_schema_extra
    form: dict[str, Any] = extra["form"] if isinstance(extra, dict) and "form" in extra else {}  # type: ignore[assignment]
    kind, is_optional, options = _kind_of(hint)
    titles: dict[Any, str] = form.get("choices", {})
    return FieldSpec(
        name=name,
        kind=kind,
        title=info.title or name,
        help=info.description or "",
        default=info.default,
        minimum=form.get("minimum"),
        maximum=form.get("maximum"),
        step=form.get("step"),
        unit=form.get("unit", ""),
        choices=tuple((value, titles.get(value, str(value))) for value in options),
        is_optional=is_optional,
        group=form.get("group", ""),
        is_advanced=form.get("is_advanced", False),
        depends_on=form.get("depends_on"),
        default_by=form.get("default_by"),
    )


def _kind_of(hint: Any) -> tuple[FieldKind, bool, tuple[Any, ...]]:
    """Kind, whether None is allowed, and the options of a choice."""
    options = [option for option in get_args(hint) if option is not types.NoneType]
    if get_origin(hint) in (Union, types.UnionType):
        if len(options) != 1:
            raise TypeError(f"a setting cannot be of type {hint}")
        kind, _, choices = _kind_of(options[0])
        return (FieldKind.INTEGER_OR_AUTO if kind is FieldKind.INTEGER else kind), True, choices
    if get_origin(hint) is Literal:
        return FieldKind.CHOICE, False, get_args(hint)
    if hint not in _KINDS:
        raise TypeError(f"a setting cannot be of type {hint}")
    return _KINDS[hint], False, ()


def _problems_of(details: list[ErrorDetails], specs: Mapping[str, FieldSpec]) -> tuple[FieldProblem, ...]:
    """One sentence per field, the first of several."""
    problems: dict[str, FieldProblem] = {}
    for detail in details:
        name = str(detail["loc"][0]) if detail["loc"] else ""
        if name not in problems:
            problems[name] = _problem_of(detail, specs.get(name))
    return tuple(problems.values())


def _problem_of(detail: ErrorDetails, spec: FieldSpec | None) -> FieldProblem:
    if spec is None:
        return FieldProblem("", detail["msg"])
    value = detail["input"]
    if value is None or value == "":
        return FieldProblem(spec.name, f'"{spec.title}" is required.', code=REQUIRED)
    return FieldProblem(spec.name, _demand(spec, value), code=OUT_OF_RANGE)


def _demand(spec: FieldSpec, value: Any) -> str:
    """What the field wants, as a sentence."""
    if spec.kind is FieldKind.BOOLEAN:
        return f'"{spec.title}" must be on or off.'
    if spec.kind is FieldKind.CHOICE:
        return f'"{spec.title}" must be one of {", ".join(title for _, title in spec.choices)}.'
    if spec.kind is FieldKind.TEXT:
        return f'"{spec.title}" must be a text.'
    is_whole = spec.kind is not FieldKind.FLOAT
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    unit = f" {spec.unit}" if spec.unit else ""
    if not is_number or (is_whole and isinstance(value, float) and math.isfinite(value)):
        return f'"{spec.title}" must be a {"whole " if is_whole else ""}number{_range_text(spec)}{unit}.'
    return f'"{spec.title}" must be{_range_text(spec) or " a finite number"}{unit}.'


def _range_text(spec: FieldSpec) -> str:
    low = None if spec.minimum is None else f"{spec.minimum:.15g}"
    high = None if spec.maximum is None else f"{spec.maximum:.15g}"
    if low is not None and high is not None:
        return f" between {low} and {high}"
    if low is not None:
        return f" at least {low}"
    return "" if high is None else f" at most {high}"
