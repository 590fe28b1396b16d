"""What pages say of a model version. No widgets."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.metrics import LABEL_HEADLINES, metric_name
from core.domain.models import ModelVersion, VersionDetails, VersionStatus
from core.domain.snapshots import SnapshotInfo, Split
from ui.widgets.formatting import NOTHING, count, duration, measure, moment, size
from ui.widgets.score import SET_NAMES, Score


def headline_text(version: ModelVersion) -> str:
    """ "mAP50 0.834 on the test set · mAP50-95 0.524", or that nothing was measured."""
    if version.headline is None:
        return "not measured"
    score = Score(version.headline, version.map50)
    return " · ".join(part for part in (score.sentence, score.strict) if part)


def headline_number(version: ModelVersion) -> str:
    """ "mAP50-95 0.524", "accuracy 0.940": models of several tasks stand in one list."""
    if version.headline is None:
        return NOTHING
    return f"{metric_name(version.headline.metric)} {measure(version.headline.value)}"


def measured_on(version: ModelVersion) -> str:
    """Set and frozen dataset of the headline: the number means nothing without."""
    if version.headline is None:
        return NOTHING
    parts = (f"{version.headline.split} set", version.snapshot_label)
    return " · ".join(part for part in parts if part)


def is_comparable(one: ModelVersion, other: ModelVersion) -> bool:
    """Whether their headlines were measured on the same images, as far as both have one."""
    if one.headline is None or other.headline is None:
        return True
    return (one.headline.metric, one.headline.split, one.snapshot) == (
        other.headline.metric,
        other.headline.split,
        other.snapshot,
    )


def refusal(version: ModelVersion, *, deed: str) -> str:
    """Why it cannot be exported or trained on, "" when it can. `deed` as in "it cannot be {deed}"."""
    if version.status is VersionStatus.AVAILABLE:
        return ""
    return f"Version {version.label} is not available ({version.status}); it cannot be {deed}."


def dataset_rows(snapshot: SnapshotInfo, *, labels: bool = False) -> tuple[tuple[str, ...], ...]:
    """A heading row, then images, objects and each class, with a column a set."""
    splits = [split for split, _n in snapshot.n_images]
    images, objects = dict(snapshot.n_images), dict(snapshot.n_objects)
    counts = dict(snapshot.category_counts)
    rows = [("", *(SET_NAMES[split].capitalize() for split in splits))]
    rows.append(("Images", *(count(images[split]) for split in splits)))
    rows.append(("Labels" if labels else "Objects", *(count(objects.get(split, 0)) for split in splits)))
    for index, name in enumerate(snapshot.categories):
        cells = (_class_count(counts, split, index) for split in splits)
        rows.append((name, *cells))
    return tuple(rows)


def of_labels(details: VersionDetails) -> bool:
    """Whether it labels images or shapes, and looks for no objects."""
    return any(table.headline in LABEL_HEADLINES for table in details.tables)


def fact_rows(details: VersionDetails) -> tuple[tuple[str, str], ...]:
    """Where it comes from and what it is made of, for a table."""
    version = details.version
    rows = [
        ("Version ID", version.id),
        ("Architecture", version.architecture or NOTHING),
        ("Method", f"{version.worker} {version.worker_version}"),
        ("Created", moment(version.created_at)),
        ("Training time", duration(version.duration_s)),
        ("Weights SHA-256", version.weights_sha256 or NOTHING),
        ("Content SHA-256", version.content_sha256 or NOTHING),
        ("Size", size(details.n_bytes) if details.n_bytes else NOTHING),
        ("Folder", str(version.folder) if version.folder else NOTHING),
    ]
    said = {title for title, _value in rows} | {"Version of the method"}
    return (*rows, *(fact for fact in details.facts if fact[0] not in said))


def lineage_steps(details: VersionDetails) -> Sequence[tuple[str, ModelVersion]]:
    """Ancestors from the oldest to the version itself, then what was started from it; each with its relation."""
    ancestors = [("started from" if n == 0 else "before that", v) for n, v in enumerate(details.lineage)]
    return [
        *reversed(ancestors),
        ("this version", details.version),
        *(("started from this", child) for child in details.children),
    ]


def _class_count(counts: dict[Split, tuple[int, ...]], split: Split, index: int) -> str:
    per_class = counts.get(split, ())
    return count(per_class[index]) if index < len(per_class) else NOTHING
