"""The last report of each project and dataset, kept as a file: the texts as JSON, the images as arrays.

A report is a convenience. One that is damaged, or that a newer Calque wrote, is as good as none.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.checks import CheckId, CheckReport, Finding, RepairOffer
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.files.durable import write_durably
from core.files.leftovers import sweep

FORMAT = 1
_HALF_WRITTEN = re.compile(r"\w+\.npz\.(\d+)\.tmp")


class KeptReports:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, report: CheckReport) -> None:
        """Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        arrays: dict[str, Any] = {"report": np.frombuffer(json.dumps(_to_json(report)).encode(), dtype=np.uint8)}
        for number, finding in enumerate(report.findings):
            arrays[f"images_{number}"] = finding.images.keys
            arrays[f"starts_{number}"] = np.asarray(finding.starts, dtype=np.int64)
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        sweep(self._folder, _HALF_WRITTEN)
        write_durably(self._file(report.project, report.dataset), stream.getvalue())

    def get(self, project: ProjectId, dataset: DatasetId | None) -> CheckReport | None:
        """The newest that was kept; None where there is none, or none that can be read."""
        try:
            with np.load(self._file(project, dataset), allow_pickle=False) as arrays:
                said = json.loads(arrays["report"].tobytes())
                return _from_json(said, arrays) if said.get("format") == FORMAT else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
            return None

    def stamp(self, project: ProjectId, dataset: DatasetId | None) -> int:
        """When the report was written, in nanoseconds; 0 = there is none."""
        try:
            return self._file(project, dataset).stat().st_mtime_ns
        except OSError:
            return 0

    def _file(self, project: ProjectId, dataset: DatasetId | None) -> Path:
        return self._folder / f"{dataset or project}.npz"


def _to_json(report: CheckReport) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "project": report.project,
        "dataset": report.dataset,
        "made_at": report.made_at.isoformat(),
        "revision": report.revision,
        "dataset_revision": report.dataset_revision,
        "n_images": report.n_images,
        "sets": report.sets,
        "fine": report.fine,
        "notes": report.notes,
        "findings": [
            {
                "check": one.check.value,
                "severity": one.severity.value,
                "text": one.text,
                "n": one.n,
                "details": one.details,
                "code": one.code,
                "repair": None if one.repair is None else [one.repair.button, one.repair.text],
            }
            for one in report.findings
        ],
    }


def _from_json(said: dict[str, Any], arrays: Any) -> CheckReport:
    findings = [
        Finding(
            CheckId(one["check"]),
            Severity(one["severity"]),
            one["text"],
            one["n"],
            ImageIds(arrays[f"images_{number}"].astype(np.int64)),
            arrays[f"starts_{number}"].astype(np.int64),
            tuple(one["details"]),
            None if one["repair"] is None else RepairOffer(*one["repair"]),
            one["code"],
        )
        for number, one in enumerate(said["findings"])
    ]
    return CheckReport(
        ProjectId(said["project"]),
        datetime.fromisoformat(said["made_at"]),
        said["revision"],
        said["n_images"],
        tuple(findings),
        tuple(said["fine"]),
        tuple(said["notes"]),
        tuple((name, n) for name, n in said["sets"]),
        said["dataset"],
        said["dataset_revision"],
    )
