"""The configurations that can be picked for a worker, as the lines of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain.ids import ConfigurationId
from core.domain.workers import Configuration, ConfigValue, WorkerInfo
from ui.forms.choice import Choice
from ui.widgets.formatting import counted

DEFAULTS = "defaults"
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Entry:
    """`configuration` None = the worker's defaults, or values of this run only."""

    key: str
    title: str
    note: str
    icon_name: str
    values: Mapping[str, ConfigValue]
    configuration: Configuration | None = None


def entries_of(worker: WorkerInfo, stored: Iterable[Configuration]) -> tuple[Entry, ...]:
    """The defaults first, then what is built in, then what was stored."""
    defaults = Entry(DEFAULTS, "No configuration", "the method's defaults", "circle-dashed", {})
    presets = [
        Entry(f"preset:{name}", name, "built in", "sparkles", values, _preset(worker, name, values))
        for name, values in worker.presets
    ]
    kept = [
        Entry(
            f"stored:{configuration.id}",
            configuration.name,
            _kept_note(configuration, worker),
            "shield" if configuration.is_locked else "sliders-horizontal",
            configuration.values,
            configuration,
        )
        for configuration in stored
        if configuration.worker == worker.slug and configuration.id is not None
    ]
    return (defaults, *presets, *kept)


def custom_entry(values: Mapping[str, ConfigValue]) -> Entry:
    return Entry(CUSTOM, "Custom", "for this run", "pencil", values)


def choice_of(entry: Entry) -> Choice:
    changed = f"{counted(len(entry.values), 'value', 'values')} changed"
    subtitle = entry.note if entry.key == DEFAULTS else f"{entry.note} · {changed}"
    return Choice(entry.key, entry.title, subtitle, icon_name=entry.icon_name, tool_tip=entry.title)


def key_of(
    identifier: ConfigurationId | None, name: str, values: Mapping[str, ConfigValue], entries: Iterable[Entry]
) -> str:
    """Which line a draft's configuration stands for. Values that are no entry's are this run's own."""
    for entry in entries:
        kept = entry.configuration
        of_entry = (kept.id, kept.name) if kept else (None, "")
        is_same = of_entry == (identifier, name) if kept is None or kept.id is None else kept.id == identifier
        if is_same and dict(entry.values) == dict(values):
            return entry.key
    return CUSTOM if values else DEFAULTS


def explanation(entry: Entry, edited: str) -> str:
    """What can be done with it; `edited` is the name of the stored one whose values are being edited, "" for none."""
    if entry.key == DEFAULTS:
        return "Every option has the method's default. Copy them to change some."
    if entry.key == CUSTOM and edited:
        return f"The values of “{edited}”. Saving them under this name replaces its own."
    if entry.key == CUSTOM:
        return "These values are used for this run. Give them a name and save them to use them again."
    configuration = entry.configuration
    if configuration is None or configuration.id is None:
        return "Comes with the method and cannot be changed. Copy it to change values."
    if configuration.is_locked:
        return "A run used this configuration, so its values stay as they are. Copy it to change values."
    return "A stored configuration. Copy it, or edit its values from the menu."


def _preset(worker: WorkerInfo, name: str, values: Mapping[str, ConfigValue]) -> Configuration:
    return Configuration(None, name, worker.slug, worker.version, values)


def _kept_note(configuration: Configuration, worker: WorkerInfo) -> str:
    if configuration.is_locked:
        return "used by a run"
    return "stored" if configuration.worker_version == worker.version else "stored, made for another version"
