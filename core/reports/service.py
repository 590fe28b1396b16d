"""A report of a version or a run: gathers what is there, says what is not, and writes one file."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from core import clock
from core.comparing.curves import read_curves
from core.domain.counting import in_bytes
from core.domain.durations import about
from core.domain.evaluation import EvaluationTable
from core.domain.ids import RunId, VersionId
from core.domain.metrics import ACCURACY, BEST_F1, LOSS_TOTAL, MAP50, MAP50_95, MASK_MAP50, MASK_MAP50_95, MEAN_AP
from core.domain.models import ModelVersion, VersionDetails
from core.domain.names import shown
from core.domain.run import Run
from core.domain.runs import MetricBatch
from core.domain.snapshots import SnapshotInfo, Split
from core.domain.studies import StudyKind, StudySource
from core.domain.thresholds import VersionThreshold
from core.errors import CalqueError, NotFoundError, RefusedError
from core.evaluations.studies import StudyService
from core.files.durable import write_durably
from core.files.faults import told_as_storage_error
from core.models.service import ModelService
from core.models.thresholds import threshold_of
from core.reports import html
from core.reports.drawing import Line, chart
from core.reports.judging import judged, used_definitions
from core.runs.folder.request import read_request
from core.runs.service import RunService

DASH = "–"
DEFINED = (
    "map50_95", "map50", "precision", "recall", "f1", "iou", "confidence", "confidence_threshold", "tp", "fp", "fn",
)  # fmt: skip
_CURVES = (
    (LOSS_TOTAL, "loss"),
    (MAP50, "mAP50"),
    (MAP50_95, "mAP50-95"),
    (MASK_MAP50, "mask mAP50"),
    (MASK_MAP50_95, "mask mAP50-95"),
    (ACCURACY, "accuracy"),
    (MEAN_AP, "mean AP"),
)

Check = Callable[[], None]


def _no_check() -> None:
    """For callers that wait."""


class ReportService:
    """May be used on any thread."""

    def __init__(self, models: ModelService, runs: RunService, studies: StudyService) -> None:
        self._models = models
        self._runs = runs
        self._studies = studies

    def write_version(self, id: VersionId, target: Path, *, check: Check = _no_check) -> Path:
        """Raises NotFoundError, StorageError; RefusedError when there is a folder of that name. `check` may raise."""
        details = self._models.get_details(id)
        version = details.version
        title = f"{version.model_name} {version.label}"
        source = self._best_source(id)
        run = self._find_run(version.run)
        parts = [
            _head(title, details.model.project_name or "no project", version.description),
            _warning(version),
            *self._judged(source, details.threshold or threshold_of({}), check),
            *_tables(details.tables),
            *self._curves(version.run, check),
            _data(details.snapshot, details.model.categories),
            html.section("Settings", html.facts(sorted((str(k), _told(v)) for k, v in details.configuration.items()))),
            _run_section(run),
            _environment(details),
            html.section("What the numbers mean", used_definitions(DEFINED)),
            _foot(),
        ]
        return _write(target, html.document(f"Report on {title}", parts))

    def write_run(self, id: RunId, target: Path, *, check: Check = _no_check) -> Path:
        """As `write_version`. Of a run that made no version: what it was told, how far it came, and why it ended."""
        run = self._runs.get_whole(id)
        record = run.record
        source = next((info.source for info in self._studies.list_studies(run=id)), None)
        details = self._details(record.version)
        threshold = details.threshold if details is not None and details.threshold is not None else threshold_of({})
        subtitle = " · ".join(filter(None, (record.project_name, record.model_name, record.version_label)))
        parts = [
            _head(record.name, f"{run.kind.title} · {subtitle}", record.description),
            html.paragraph(
                f"{record.status.value}. {record.reason}", "" if record.status.value == "Success" else "warn"
            ),
            *self._judged(source, threshold, check),
            *_tables(run.tables),
            *self._curves(id, check),
            _data(details.snapshot, details.model.categories) if details is not None else "",
            html.section("Settings", html.facts(sorted(self._settings(run)))),
            _run_section(run),
            _environment(details) if details is not None else "",
            html.section("What the numbers mean", used_definitions(DEFINED)) if source is not None else "",
            _foot(),
        ]
        return _write(target, html.document(f"Report on {record.name}", parts))

    def _best_source(self, version: VersionId) -> StudySource | None:
        """What says most of it: the test set of its training, else the newest evaluation, else what there is."""
        found = self._studies.list_studies(version=version)
        own = [info for info in found if info.kind is StudyKind.TRAINING]
        later = [info for info in found if info.kind is StudyKind.EVALUATION]
        order = [info for info in own if info.split is Split.TEST] + later + own
        return order[0].source if order else None

    def _judged(self, source: StudySource | None, threshold: VersionThreshold, check: Check) -> list[str]:
        if source is None:
            text = "What it predicted was not kept, so that there are no curves and no pictures of its errors."
            return [html.section("How good it is", html.paragraph(text, "muted"))]
        with ExitStack() as stack:
            try:
                study = stack.enter_context(self._studies.open(source, check=check))
            except CalqueError as error:
                return [html.section("How good it is", html.paragraph(str(error), "warn"))]
            return judged(study, threshold, self._studies, check)

    def _curves(self, run: RunId | None, check: Check) -> list[str]:
        if run is None:
            return []
        try:
            batches = read_curves(self._runs.layout(run), check)
        except CalqueError as error:
            return [html.section("How it learned", html.paragraph(str(error), "warn"))]
        figures = [_curve(batches, name, title) for name, title in _CURVES]
        return [html.section("How it learned", html.side_by_side(figure for figure in figures if figure))]

    def _find_run(self, id: RunId | None) -> Run | None:
        try:
            return None if id is None else self._runs.get_whole(id)
        except CalqueError:
            return None

    def _details(self, id: VersionId | None) -> VersionDetails | None:
        try:
            return None if id is None else self._models.get_details(id)
        except NotFoundError:
            return None

    def _settings(self, run: Run) -> list[tuple[str, str]]:
        try:
            payload = read_request(self._runs.layout(run.id)).payload
        except CalqueError:
            payload = {}
        configuration = payload.get("configuration")
        asked = dict(configuration) if isinstance(configuration, Mapping) else {}
        effective = dict(run.state.effective) if run.state is not None else {}
        return [(str(name), _told(value)) for name, value in (asked | effective).items()]


def _head(title: str, subtitle: str, description: str) -> str:
    paragraphs = "".join(html.paragraph(part) for part in description.split("\n\n") if part.strip())
    return f'<h1>{html.text(title)}</h1><p class="muted">{html.text(subtitle)}</p>{paragraphs}'


def _warning(version: ModelVersion) -> str:
    text = "Its training was stopped before its planned end; the best weights were kept." if version.is_partial else ""
    return html.paragraph(text, "warn")


def _tables(tables: Sequence[EvaluationTable]) -> list[str]:
    parts = []
    for table in sorted(tables, key=lambda item: list(Split).index(item.split), reverse=True):
        header = ["Class", "Images", "Objects", *(measure.full_title for measure in table.columns)]
        rows = [
            [row.category or "all", row.n_images, row.n_instances]
            + [
                DASH if (value := row.value(measure.name)) is None else f"{value:.{measure.digits}f}"
                for measure in table.columns
            ]
            for row in table.rows
        ]
        at_best = any(measure.at in BEST_F1 for measure in table.measures)
        where = "Precision and recall of each row are at the confidence where its own F1 is highest." if at_best else ""
        notes = [html.paragraph(note, "muted") for note in (f"{table.about} {where}".strip(), *table.notes)]
        parts.append(html.heading(f"{table.split.value} set") + html.table(header, rows) + "".join(notes))
    return [html.section("Measured", *parts)]


def _curve(batches: Sequence[MetricBatch], name: str, title: str) -> str:
    lines = [Line(batch.split, batch.epochs.tolist(), batch.values.tolist()) for batch in batches if batch.name == name]
    drawn = chart(lines, x_title="epoch", y_title=title)
    return html.figure(drawn, f"{title} over the epochs: {', '.join(line.name for line in lines)}") if drawn else ""


def _data(snapshot: SnapshotInfo | None, categories: Sequence[str]) -> str:
    if snapshot is None:
        names = ", ".join(categories)
        text = f"The frozen dataset is not in this registry. Classes: {names}."
        return html.section("Data", html.paragraph(text, "muted"))
    splits = [split for split, n in snapshot.n_images if n]
    n_images, n_objects = dict(snapshot.n_images), dict(snapshot.n_objects)
    by_class = dict(snapshot.category_counts)
    rows: list[list[object]] = [["images", *(n_images[split] for split in splits)]]
    rows += [["objects", *(n_objects[split] for split in splits)]]
    for place, name in enumerate(snapshot.categories):
        rows.append([name, *(by_class[split][place] if split in by_class else DASH for split in splits)])
    text = (
        f"Frozen dataset {snapshot.label}, made {snapshot.created_at:%Y-%m-%d %H:%M} UTC. "
        f"SHA-256 of its manifest: {snapshot.id}"
    )
    return html.section("Data", html.paragraph(text), html.table(["", *(split.value for split in splits)], rows))


def _run_section(run: Run | None) -> str:
    if run is None:
        return ""
    record, state = run.record, run.state
    rows: list[tuple[str, object]] = [
        ("Run", record.name),
        ("ID", record.id),
        ("Status", record.status.value),
        ("How it ended", record.reason),
        ("Device", record.device),
        ("Attempt", record.attempt),
        ("Epochs", record.epochs_text),
    ]
    if record.duration_s is not None:
        rows.append(("Took", about(record.duration_s)))
    if state is not None and state.peak_bytes:
        rows.append(("Peak memory", in_bytes(state.peak_bytes)))
    steps = (
        [] if state is None else [(stage.title, stage.state.value, about(stage.duration_s)) for stage in state.stages]
    )
    warnings = [] if state is None else [html.paragraph(text, "warn") for text in state.warnings]
    return html.section(
        "The run", html.facts((k, v) for k, v in rows if v not in ("", None)),
        html.table(("Step", "State", "Took"), steps, n_texts=2), *warnings,
    )  # fmt: skip


def _environment(details: VersionDetails) -> str:
    version = details.version
    rows = [
        *details.facts,
        ("Version ID", version.id),
        ("SHA-256 of the weights", version.weights_sha256),
        *((f"File {name}", in_bytes(n_bytes)) for name, n_bytes in details.files),
    ]
    return html.section("Environment and files", html.facts(rows))


def _foot() -> str:
    try:
        version = importlib.metadata.version("calque")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    return html.paragraph(f"Made by Calque {version} on {clock.now():%Y-%m-%d %H:%M} UTC.", "muted")


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return DASH if value is None else str(value)


def _write(target: Path, content: str) -> Path:
    """Raises RefusedError, StorageError."""
    target = target.absolute()
    if target.is_dir():
        raise RefusedError(f'"{shown(target)}" is a folder.', hint="Name a file, such as report.html.")
    if not target.parent.is_dir():
        raise RefusedError(f'The folder "{shown(target.parent)}" does not exist.', hint="Choose another place.")
    with told_as_storage_error("The report", target):
        write_durably(target, content.encode("utf-8", "replace"))
    return target
