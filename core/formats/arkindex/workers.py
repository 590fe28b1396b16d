"""Who made an element, a text or a class: a person, or a worker's run with its model."""

from __future__ import annotations

from typing import Any

from core.domain.names import one_line
from core.formats.arkindex.database import Database

_UNKNOWN = "a worker that is not listed"


class Workers:
    """Names by run and by version: exports before 0.2.0 may name a version only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[Any, str] = {}
        self._runs: dict[Any, str] = {}
        if database.has("worker_version", "id", "name"):
            rows = database.rows("SELECT id, name FROM worker_version")
            self._versions = {key: one_line(str(name)) or _UNKNOWN for key, name in rows}
        if database.has("worker_run", "id"):
            version = database.column("worker_run", "r", "worker_version_id")
            model = database.column("worker_run", "r", "model_name")
            for key, of_version, name in database.rows(f"SELECT r.id, {version}, {model} FROM worker_run r"):
                called = one_line(name) if isinstance(name, str) else ""
                self._runs[key] = called or self._versions.get(of_version, _UNKNOWN)

    def columns(self, table: str, alias: str) -> str:
        """The two columns that `name` takes, for a query."""
        run = self._database.column(table, alias, "worker_run_id")
        return f"{run}, {self._database.column(table, alias, 'worker_version_id')}"

    def name(self, run: Any, version: Any) -> str:
        """Of the model, else of the worker; "" for a person."""
        if run is not None:
            return self._runs.get(run, _UNKNOWN)
        return self._versions.get(version, _UNKNOWN) if version is not None else ""
