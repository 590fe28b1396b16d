"""Workers as the wizard shows them, and the fields of their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.conversions import ModelFormat
from core.domain.ids import ConfigurationId, TaskId
from core.domain.tasks import TaskInfo

ConfigValue = None | bool | int | float | str | list["ConfigValue"] | dict[str, "ConfigValue"]
"""What a configuration value can be: JSON."""

USUAL_METHODS = frozenset({"yolo-detect", "yolo-segment"})
"""Slugs of workers that come before others of the same task: what measured best on most data."""


class GpuUse(StrEnum):
    UNSUPPORTED = "unsupported"
    SUPPORTED = "supported"
    REQUIRED = "required"


class FieldKind(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    CHOICE = "choice"  # one of `choices`
    INTEGER_OR_AUTO = "integer-or-auto"  # None means: chosen by the worker at run time


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a configuration form. Defaults, ranges and help come from the worker's schema alone."""

    name: str
    kind: FieldKind
    title: str
    help: str = ""
    default: ConfigValue = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[tuple[ConfigValue, str], ...] = ()  # value, title
    is_optional: bool = False
    group: str = ""
    is_advanced: bool = False
    depends_on: tuple[str, tuple[ConfigValue, ...]] | None = None  # shown when that field has one of these values
    # Its default goes with another field's value: the other's name, and pairs of value there and default here.
    default_by: tuple[str, tuple[tuple[ConfigValue, ConfigValue], ...]] | None = None

    def default_in(self, values: Mapping[str, ConfigValue]) -> ConfigValue:
        """The default beside these values of the other fields."""
        if self.default_by is None:
            return self.default
        field, pairs = self.default_by
        return next((own for value, own in pairs if field in values and value == values[field]), self.default)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """`field` "" = the configuration as a whole; `code` names a catalogue entry such as E-132."""

    field: str
    text: str
    is_error: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """One of the networks that a worker can train. `values` choose it in a configuration."""

    name: str  # the engine's, as it stands in a model's files
    title: str
    values: Mapping[str, ConfigValue]
    n_parameters: int | None = None  # None = not known
    licence: str = ""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A worker version as the chooser lists it. An entry point that failed to load has a reason and no fields."""

    slug: str
    title: str
    version: str  # e.g. "0.1.0 (ultralytics 8.4.190, torch 2.15.0)"
    summary: str = ""
    tasks: tuple[TaskInfo, ...] = ()
    gpu_use: GpuUse = GpuUse.SUPPORTED
    fields: tuple[FieldSpec, ...] = ()
    presets: tuple[tuple[str, Mapping[str, ConfigValue]], ...] = ()  # built-in named configurations
    usual_preset: str = ""  # the name of the preset for most data; "" = the defaults
    usual_cpu_preset: str = ""  # the same on a computer without a graphics card; "" = the usual one
    small_data_preset: str = ""  # the one for few images on a computer without a graphics card
    starter_preset: str = ""  # the same where a training begins with a starter; "" = as from anything else
    networks: tuple[NetworkInfo, ...] = ()  # empty = the worker names none
    exports: tuple[ModelFormat, ...] = ()  # what it can write versions in, each with the reason where it cannot here
    unavailable_reason: str = ""
    is_hidden: bool = False  # for tests of the machinery only

    @property
    def is_available(self) -> bool:
        return not self.unavailable_reason

    def trains(self, task: TaskId) -> bool:
        return any(task == info.id for info in self.tasks)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A named set of parameters of one worker; immutable once a run used it (edit = copy).

    `values` holds only what differs from the worker's defaults. `id` None = a built-in preset.
    """

    id: ConfigurationId | None
    name: str
    worker: str
    worker_version: str
    values: Mapping[str, ConfigValue]
    is_locked: bool = False
    created_at: datetime | None = None
