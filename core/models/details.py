"""What a version's page tells beyond its row: read from the published files, which are the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.ids import VersionId
from core.domain.models import DATASET, ModelVersion
from core.models.card import dataset_label, usage_snippet

_FACTS = (
    ("Architecture", "architecture"),
    ("Method", "worker"),
    ("Version of the method", "worker_version"),
    ("Configuration", "configuration_name"),
    ("Started from", "start"),
    ("Seed", "seed"),
    ("Device", "device"),
    ("Epochs", "epochs_done"),
    ("Best epoch", "best_epoch"),
    ("Ended", "reason"),
    ("Started at", "created_at"),
)


def facts_of(model: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Title and value of everything that made the version: how it was trained, then the versions of the software."""
    facts = [(title, str(model[key])) for title, key in _FACTS if model.get(key) not in (None, "")]
    dataset = dataset_label(model)
    if dataset:
        facts.append((DATASET, dataset))
    libraries = model.get("libraries")
    if isinstance(libraries, Mapping):
        facts += [(str(name), str(version)) for name, version in libraries.items()]
    return tuple(facts)


def imported_at(version: ModelVersion) -> tuple[tuple[str, str], ...]:
    """Of a version that came from elsewhere."""
    return (("Imported at", version.imported_at.isoformat(timespec="seconds")),) if version.imported_at else ()


def snippet_of(model: Mapping[str, Any], version: VersionId) -> str:
    """How the version is used elsewhere: the command that exports it, then Python. "" when its worker wrote none."""
    python = usage_snippet(model).strip()
    if not python:
        return ""
    first = "# Export the version first, with the button or on the command line:"
    return f"{first}\n#   calque export {version} FOLDER\n{python}\n"
