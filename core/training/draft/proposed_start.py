"""The start that measured best for such data: an own version, the starter, what the network comes with, scratch. Pure.

The order is that of the measurements in `resources/starters/measured.json` (docs/adr/0045); where these have figures
of a start and of scratch on images of the kind, and scratch is not beaten, the start is not proposed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.domain.ids import VersionId
from core.domain.metrics import metric_name
from core.domain.models import ModelVersion
from core.domain.starts import PAGES, THINGS, MeasuredStart, Starter, beside
from core.domain.training import StartFrom, StartKind, TrainingDraft
from core.domain.workers import ConfigValue, WorkerInfo

SCRATCH = "scratch"
PRETRAINED = "pretrained"


@dataclass(frozen=True, slots=True)
class Starts:
    """What there is to start from. `versions` are available; `classes` are those of each one's model."""

    versions: Sequence[ModelVersion] = ()
    classes: Mapping[VersionId, tuple[str, ...]] = field(default_factory=dict)
    starters: Sequence[Starter] = ()
    bundled: Mapping[str, str] = field(default_factory=dict)  # by worker: what its network comes with, in words
    measured: Sequence[MeasuredStart] = ()
    pages: str = ""  # why the images show pages, in words; "" = they show other things


def with_network_of_start(
    draft: TrainingDraft, worker: WorkerInfo, architecture: str, reasons: dict[str, str]
) -> TrainingDraft:
    """With the configuration's network that the start is for ("" = any), which its reason then says."""
    fitting = with_network(draft, worker, architecture)
    if fitting.values != draft.values:
        reasons["configuration"] = f"{reasons.get('configuration', '')} Its network is that of the start.".strip()
    return fitting


def choose_start(worker: WorkerInfo, classes: Collection[str], starts: Starts) -> tuple[StartFrom, str, str]:
    """The start, the network that it is for ("" = any), and why, as a sentence."""
    own = best_own(worker, classes, starts)
    if own is not None:
        text = f"{own.label} of {own.model_name} has the same classes{_measure_of(own)}; nothing starts better."
        return StartFrom(StartKind.VERSION, own.id), own.architecture, text
    suits = PAGES if starts.pages else THINGS
    tasks = {info.id for info in worker.tasks}
    measured = [row for row in starts.measured if row.task in tasks and row.suits in ("", suits)]
    starter = _starter(worker, suits, starts.starters, measured)
    if starter is not None:
        why = f": {starts.pages}" if starts.pages else ", which show no pages"
        figures = _figures(f"starter:{starter.name}", measured)
        text = f"The starter {starter.title} was trained for such images{why}.{figures}"
        return StartFrom(StartKind.STARTER, starter=starter.name), starter.architecture, text
    words = starts.bundled.get(worker.slug, "")
    if words and not _loses(PRETRAINED, measured):
        figures = _figures(PRETRAINED, measured)
        return StartFrom(StartKind.PRETRAINED), "", f"The network comes with {words}, no download is needed.{figures}"
    return StartFrom(), "", ""


def best_taught(workers: Sequence[WorkerInfo], starts: Starts) -> tuple[WorkerInfo, str] | None:
    """Of several workers for few images the one whose bundled network measured far better than scratch on images that
    show no pages, and why, as a sentence; None where none was measured so, or the images show pages."""
    if starts.pages:
        return None
    for worker in workers:
        networks, tasks = {item.name for item in worker.networks}, {info.id for info in worker.tasks}
        rows = [
            row
            for row in starts.measured
            if row.task in tasks and row.suits == THINGS and (row.start == SCRATCH or row.architecture in networks)
        ]
        words = starts.bundled.get(worker.slug, "")
        if words and _pairs(PRETRAINED, rows) and not _loses(PRETRAINED, rows):
            return worker, "They are few and show no pages: a network that has seen others learns them faster."
    return None


def best_own(worker: WorkerInfo, classes: Collection[str], starts: Starts) -> ModelVersion | None:
    """The version of the worker with exactly these classes that a person marked as current, the newest of several;
    else the one that measured highest; the newest where none can be compared."""
    fitting = [
        version
        for version in starts.versions
        if version.worker == worker.slug and classes and set(starts.classes.get(version.id, ())) == set(classes)
    ]
    fitting = [version for version in fitting if version.is_current] or fitting
    newest = max(fitting, key=lambda version: version.created_at, default=None)
    if newest is None or newest.headline is None:
        return newest
    alike = [v for v in fitting if v.headline and _kind(v) == _kind(newest)]
    return max(alike, key=lambda version: version.headline.value if version.headline else 0.0)


def with_network(draft: TrainingDraft, worker: WorkerInfo, architecture: str) -> TrainingDraft:
    """With the configuration's values that choose the network; unchanged where it is the one already, or unknown."""
    wanted = next((network.values for network in worker.networks if network.name == architecture), {})
    defaults: Mapping[str, ConfigValue] = {spec.name: spec.default for spec in worker.fields}
    if all(draft.values.get(name, defaults.get(name)) == value for name, value in wanted.items()):
        return draft
    values = {**draft.values, **wanted}
    return replace(
        draft, values={n: v for n, v in values.items() if n not in wanted or n not in defaults or v != defaults[n]}
    )


def _starter(
    worker: WorkerInfo, suits: str, starters: Sequence[Starter], measured: Sequence[MeasuredStart]
) -> Starter | None:
    fitting = [item for item in starters if item.worker == worker.slug and item.suits == suits and not item.problem]
    return next((item for item in fitting if not _loses(f"starter:{item.name}", measured)), None)


def _loses(start: str, measured: Sequence[MeasuredStart]) -> bool:
    """Whether it was measured beside scratch, and was no better on average."""
    pairs = _pairs(start, measured)
    return bool(pairs) and sum(item.mean - scratch.mean for item, scratch in pairs) <= 0


def _pairs(start: str, measured: Sequence[MeasuredStart]) -> list[tuple[MeasuredStart, MeasuredStart]]:
    """Measurements of the start with those of scratch on the same data."""
    found = ((row, beside(row, measured, SCRATCH)) for row in measured if row.start == start)
    return [(row, scratch) for row, scratch in found if scratch is not None]


def _figures(start: str, measured: Sequence[MeasuredStart]) -> str:
    """The measurement with the greatest gain, as a sentence behind a blank; "" when there is none."""
    pairs = _pairs(start, measured)
    if not pairs:
        return ""
    found, scratch = max(pairs, key=lambda pair: pair[0].mean - pair[1].mean)
    measured_on = f" On {found.data}: {found.measure} {found.mean:.3f} after {found.cpu_s:.0f} s of CPU"
    return f"{measured_on}, from scratch {scratch.mean:.3f} after {scratch.cpu_s:.0f} s."


def _kind(version: ModelVersion) -> tuple[str, str]:
    return (version.headline.metric, version.headline.split) if version.headline else ("", "")


def _measure_of(version: ModelVersion) -> str:
    headline = version.headline
    if headline is None:
        return ""
    return f" ({metric_name(headline.metric)} {headline.value:.3f} on {headline.split})"
