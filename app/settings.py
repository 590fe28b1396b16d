"""The person's preferences: a frozen record, stored as the sparse JSON of what differs from the defaults.

PREFERENCES is the table that the Preferences window is drawn from and that every value is checked against. A field
of `Settings` that is not in it is remembered, and nobody is asked about it.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import threading
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.domain.workers import ConfigValue, FieldKind, FieldSpec

logger = logging.getLogger(__name__)

APPEARANCE, LABELLING, HOME, DEVICES = "Appearance", "Labelling", "Home", "Devices"
DEFAULTS, PRIVACY = "New trainings", "Privacy"
DEVICE_BEST, DEVICE_CPU = "best", "cpu"
NETWORK_ASK, NETWORK_NEVER = "ask", "never"


def account_name() -> str:
    """Of the person whose account Calque runs in, "" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`last_project` is the id of the project that was open last, "" for none; the rest is told in PREFERENCES."""

    theme: str = "system"
    opens_last_project: bool = True
    last_project: str = ""
    device: str = DEVICE_BEST
    max_minutes: int = 60
    val_percent: int = 20
    seed: int = 0
    network: str = NETWORK_ASK
    thumbnails_mb: int = 2000
    author: str = field(default_factory=account_name)


PREFERENCES = (
    FieldSpec(
        "theme",
        FieldKind.CHOICE,
        "Colours",
        default="system",
        choices=(("system", "As the system has them"), ("light", "Light"), ("dark", "Dark")),
        group=APPEARANCE,
    ),
    FieldSpec(
        "opens_last_project",
        FieldKind.BOOLEAN,
        "Open the last project at the start",
        "Off: Calque begins on its start page.",
        default=True,
        group=APPEARANCE,
    ),
    FieldSpec(
        "author",
        FieldKind.TEXT,
        "Your name",
        "Kept with every annotation that you draw or change.",
        default=account_name(),
        group=LABELLING,
    ),
    FieldSpec(
        "thumbnails_mb",
        FieldKind.INTEGER,
        "Room for thumbnails",
        "About 50 of them take one megabyte. Those that were not looked at for longest go first; the images stay.",
        default=2000,
        minimum=50,
        maximum=1_000_000,
        step=100,
        unit="MB",
        group=HOME,
    ),
    FieldSpec(
        "device",
        FieldKind.CHOICE,
        "Train on",
        "What a new training is proposed to run on. It can be changed for each one.",
        default=DEVICE_BEST,
        choices=((DEVICE_BEST, "The GPU, when there is one"), (DEVICE_CPU, "The processor (CPU)")),
        group=DEVICES,
    ),
    FieldSpec(
        "max_minutes",
        FieldKind.INTEGER,
        "Longest training time",
        "Then it stops and keeps its best result.",
        default=60,
        minimum=6,
        maximum=6000,
        unit="minutes",
        group=DEFAULTS,
    ),
    FieldSpec(
        "val_percent",
        FieldKind.INTEGER,
        "Validation share",
        "Of the training images, where no folder is chosen for validation.",
        default=20,
        minimum=5,
        maximum=50,
        unit="%",
        group=DEFAULTS,
    ),
    FieldSpec(
        "seed",
        FieldKind.INTEGER,
        "Seed",
        "The same seed with the same data gives the same split and the same start.",
        default=0,
        minimum=0,
        maximum=2**31 - 1,
        group=DEFAULTS,
    ),
    FieldSpec(
        "network",
        FieldKind.CHOICE,
        "Network",
        "Calque reaches it for one thing only: pretrained weights that are not on this computer yet.",
        default=NETWORK_ASK,
        choices=((NETWORK_ASK, "Only when I allow a download"), (NETWORK_NEVER, "Never")),
        group=PRIVACY,
    ),
)


class SettingsStore:
    """Reads and writes `settings.json`. A file that cannot be used is reported and kept. May be used on any thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # apart: who sets a value never waits for the disk
        self._written: Settings | None = None
        self.problem = ""  # sentence, when the file could not be used
        self.settings = self._read()

    def set(self, **values: Any) -> Settings:
        """Replace some values, in memory: `save` writes them. ValueError for one that cannot be used."""
        with self._lock:
            self.settings = checked(replace(self.settings, **values))
            return self.settings

    def save(self) -> None:
        """Write what has been set since the file was written last. Raises OSError."""
        with self._writing:
            settings = self.settings
            if settings != self._written:
                self._write(settings)
                self._written = settings

    def change(self, **values: Any) -> Settings:
        """Replace some values and write the file."""
        settings = self.set(**values)
        self.save()
        return settings

    def _write(self, settings: Settings) -> None:
        defaults = asdict(Settings())
        sparse = {key: value for key, value in asdict(settings).items() if value != defaults[key]}
        if self.problem and self._file.exists():
            self._file.replace(self._file.with_suffix(".unusable.json"))
            self.problem = ""
        temporary = self._file.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump(sparse, stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._file)

    def _read(self) -> Settings:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._written = Settings()
            return self._written
        except (OSError, ValueError) as error:
            self.problem = f"The settings in {self._file} cannot be read ({error}); the defaults are in force."
            return Settings()
        if not isinstance(data, dict):
            self.problem = f"The settings in {self._file} are not an object; the defaults are in force."
            return Settings()
        known = {one.name for one in fields(Settings)}
        for key in data.keys() - known:
            logger.info("Setting %r in %s is not known here and is ignored", key, self._file)
        try:
            self._written = checked(Settings(**{key: data[key] for key in data.keys() & known}))
        except ValueError as error:
            self.problem = f"The settings in {self._file} are not usable ({error}); the defaults are in force."
            return Settings()
        return self._written


def checked(settings: Settings) -> Settings:
    """The same settings; ValueError with a reason when a value cannot be used."""
    defaults = Settings()
    for one in fields(Settings):
        value = getattr(settings, one.name)
        if type(value) is not type(getattr(defaults, one.name)):
            raise ValueError(f"{one.name} is {value!r}")
    for spec in PREFERENCES:
        _check_value(spec, getattr(settings, spec.name))
    return settings


def _check_value(spec: FieldSpec, value: ConfigValue) -> None:
    if spec.choices and value not in [choice for choice, _title in spec.choices]:
        raise ValueError(f"{spec.name} is {value!r}, not one of {', '.join(str(choice) for choice, _ in spec.choices)}")
    if spec.minimum is not None and spec.maximum is not None:
        assert isinstance(value, int)
        if not spec.minimum <= value <= spec.maximum:
            raise ValueError(f"{spec.name} is {value}, not between {spec.minimum} and {spec.maximum}")
