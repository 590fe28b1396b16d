"""The model card: what a version is, what it was made from and how good it is, in Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.dataset_uses import use_from_json
from core.domain.evaluation import BOXES, EvaluationRow, EvaluationTable, Measure, group_word
from core.domain.metrics import BEST_F1, LABEL_HEADLINES
from core.domain.names import shown
from core.domain.training import SplitCount
from core.models.licences import licences_of
from core.models.thresholds import THRESHOLD, threshold_of

DASH = "–"

_FACTS = (
    ("Task", "task"),
    ("Architecture", "architecture"),
    ("Method", "worker"),
    ("Version of the method", "worker_version"),
    ("Started from", "start"),
    ("Frozen dataset", "snapshot"),
    ("Seed", "seed"),
    ("Device", "device"),
    ("Run", "run"),
    ("Trained on", "created_at"),
    ("Ended", "reason"),
)


def make_card(
    model: Mapping[str, Any], tables: Sequence[EvaluationTable] = (), splits: Sequence[SplitCount] = ()
) -> str:
    """The card of `model` (as in model.json; keys that are absent are left out) with its evaluation and data counts."""
    categories = [str(name) for name in model.get("categories", ())]
    parts = [
        f"# {_text(model.get('name') or model.get('architecture') or 'Model')}",
        str(model.get("description", "")).strip(),
        _facts(model),
        _classes(categories, splits, labels=any(table.headline in LABEL_HEADLINES for table in tables)),
        _threshold(model),
        *[_evaluation(table) for table in tables],
        _settings("Configuration", model.get("configuration")),
        _settings("Software", model.get("libraries")),
        _licences(model),
        _usage(model),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def usage_snippet(model: Mapping[str, Any]) -> str:
    """Python that uses the version without Calque, as its worker wrote it; "" when it wrote none."""
    return str(model.get("snippet", ""))


def _facts(model: Mapping[str, Any]) -> str:
    rows = [(title, model[key]) for title, key in _FACTS if model.get(key) not in (None, "")]
    dataset = dataset_label(model)
    if dataset:
        rows.append(("Dataset", dataset))
    if model.get("is_partial"):
        rows.append(("Partial", "stopped before its planned end"))
    return _table(("Fact", "Value"), [(title, _text(value)) for title, value in rows]) if rows else ""


def dataset_label(model: Mapping[str, Any]) -> str:
    """The dataset that a version was trained on, "Pages (V002)"; "" when none is stated."""
    try:
        use = use_from_json(model.get("dataset"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""
    return shown(use.label) if use is not None else ""


def _classes(categories: Sequence[str], splits: Sequence[SplitCount], *, labels: bool) -> str:
    if not categories:
        return ""
    if not splits:
        return "## Classes\n\n" + "\n".join(f"{index}. {_text(name)}" for index, name in enumerate(categories))
    thing = "labels" if labels else "objects"
    header = ("Class", *[f"{count.split.value} {thing}" for count in splits])
    rows = [
        (_text(name), *[_at(count.category_counts, index) for count in splits]) for index, name in enumerate(categories)
    ]
    images = ("Images", *[str(count.n_images) for count in splits])
    background = (
        "of which without any class" if labels else "of which without objects",
        *[str(count.n_background) for count in splits],
    )
    return "## Classes and data\n\n" + _table(header, [images, background, *rows])


def _threshold(model: Mapping[str, Any]) -> str:
    """Only where the version was measured on validation images."""
    if THRESHOLD not in model:
        return ""
    found = threshold_of(model)
    text = f"Objects count from confidence **{found.confidence:.3f}** on. {found.about}"
    rows = [(_text(name), f"{value:.3f}") for name, value in found.best_by_category.items()]
    each = "Of each class alone, F1 is highest at:\n\n" + _table(("Class", "Confidence"), rows) if rows else ""
    return "\n\n".join(filter(None, ("## Threshold", text, each)))


def _at(counts: Sequence[int], index: int) -> str:
    return str(counts[index]) if index < len(counts) else DASH


def _evaluation(table: EvaluationTable) -> str:
    header = ["Class", "Images", "Instances", *(_text(_heading(measure)) for measure in table.columns)]
    rows = [_evaluation_row(row, table.columns) for row in table.rows]
    title = f"## Evaluation on {table.split.value}"
    at_best = " and ".join(dict.fromkeys(m.short_title for m in table.measures if m.at in BEST_F1))
    text = " ".join(filter(None, (table.about, f"{at_best} at the best F1 of each row." if at_best else "")))
    notes = "\n".join(f"* {_text(note)}" for note in table.notes)
    return "\n\n".join(part for part in (title, text, _table(header, rows), notes) if part)


def _heading(measure: Measure) -> str:
    """Boxes are what everybody expects; other groups are named."""
    if measure.group in ("", BOXES):
        return measure.short_title
    return f"{group_word(measure.group).lower()} {measure.short_title}"


def _evaluation_row(row: EvaluationRow, columns: Sequence[Measure]) -> list[str]:
    cells = [_text(row.category if row.category is not None else "all"), str(row.n_images), str(row.n_instances)]
    return cells + [_number(row.value(measure.name), measure.digits) for measure in columns]


def _number(value: float | None, digits: int) -> str:
    return DASH if value is None else f"{value:.{digits}f}"


def _settings(title: str, values: Any) -> str:
    if not isinstance(values, Mapping) or not values:
        return ""
    return f"## {title}\n\n" + _table(("Name", "Value"), [(_text(key), _text(value)) for key, value in values.items()])


def _licences(model: Mapping[str, Any]) -> str:
    """Of what made the version and of what it descends from; nothing where that was not written down."""
    lines = licences_of(model) if "licences" in model else ()
    if not lines:
        return ""
    rows = [(_text(line.of), _text(line.code or DASH), _text(line.weights or DASH)) for line in lines]
    return "## Licences\n\n" + _table(("Part", "Code", "Weights"), rows)


def _usage(model: Mapping[str, Any]) -> str:
    snippet = usage_snippet(model)
    return f"## Use it elsewhere\n\n```python\n{snippet.strip()}\n```" if snippet else ""


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _text(value: Any) -> str:
    """A value inside a table's cell: on one line, and no Markdown of its own."""
    text = " ".join(str(value).split())
    for mark in "\\|`*_<>[]":
        text = text.replace(mark, f"\\{mark}")
    return text
