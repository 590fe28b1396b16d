"""Pinning other images of a training while it runs, or before it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.datasets.manifest_file import open_manifest
from core.domain.looks import PinCandidate
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.files.faults import told_as_storage_error
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import read_request
from core.training.child.payload import payload_from_json
from core.training.pins import read_pins, write_pins


def list_candidates(folder: Path, pinned: Sequence[str] = ()) -> tuple[PinCandidate, ...]:
    """The validation images of the training in `folder`, those that are pinned first. `pinned` are those that were
    seen last: what the rule chose is written nowhere else. Raises RunError, FormatError, StorageError."""
    layout = RunLayout(folder)
    payload = payload_from_json(read_request(layout).payload, layout.home)
    manifest = open_manifest(payload.manifest, payload.snapshot)
    keys = set(read_pins(layout) or pinned)
    found = (PinCandidate(image.path, len(image.objects)) for image in manifest.images((Split.VAL,)))
    marked = [replace(one, is_pinned=one.key in keys) for one in found]
    return tuple(sorted(marked, key=lambda one: (not one.is_pinned, one.key)))


def pin(folder: Path, keys: Sequence[str]) -> None:
    """From the next evaluation on, also of a later attempt. Raises RefusedError, StorageError."""
    layout = RunLayout(folder)
    if not layout.request_file.exists():
        raise RefusedError("The run's folder is not there any more: nothing can be pinned.")
    with told_as_storage_error("The pinned images", layout.pins_file):
        write_pins(layout, keys)
