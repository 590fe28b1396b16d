"""The person's preferences: a frozen record, stored as the sparse JSON of what differs from the defaults."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Settings:
    """`theme` is one of THEMES; `last_project` is the id of the project that was open last, "" for none."""

    theme: str = "system"
    last_project: str = ""


class SettingsStore:
    """Reads and writes `settings.json`. A file that cannot be used is reported and kept."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.problem = ""  # sentence, when the file could not be used
        self.settings = self._read()

    def change(self, **values: Any) -> Settings:
        """Replace some values and write the file."""
        self.settings = checked(replace(self.settings, **values))
        defaults = asdict(Settings())
        sparse = {key: value for key, value in asdict(self.settings).items() if value != defaults[key]}
        if self.problem and self._file.exists():
            self._file.replace(self._file.with_suffix(".unusable.json"))
            self.problem = ""
        temporary = self._file.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as stream:
            json.dump(sparse, stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._file)
        return self.settings

    def _read(self) -> Settings:
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError) as error:
            self.problem = f"The settings in {self._file} cannot be read ({error}); the defaults are in force."
            return Settings()
        if not isinstance(data, dict):
            self.problem = f"The settings in {self._file} are not an object; the defaults are in force."
            return Settings()
        known = {field.name for field in fields(Settings)}
        for key in data.keys() - known:
            logger.info("Setting %r in %s is not known here and is ignored", key, self._file)
        try:
            return checked(Settings(**{key: data[key] for key in data.keys() & known}))
        except ValueError as error:
            self.problem = f"The settings in {self._file} are not usable ({error}); the defaults are in force."
            return Settings()


def checked(settings: Settings) -> Settings:
    """The same settings; ValueError with a reason when a value cannot be used."""
    for field in fields(Settings):
        if not isinstance(getattr(settings, field.name), str):
            raise ValueError(f"{field.name} is not a text")  # noqa: TRY004 - one kind of error for every bad value
    if settings.theme not in THEMES:
        raise ValueError(f"theme is {settings.theme!r}, not one of {', '.join(THEMES)}")
    return settings
