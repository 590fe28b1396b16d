"""What the wizard says of models and versions, and the names that it proposes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.domain.ids import ProjectId
from core.domain.metrics import metric_name
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.names import listed_names, shown
from core.domain.workers import WorkerInfo
from ui.forms.choice import Choice
from ui.widgets import formatting
from ui.widgets.formatting import counted

MAX_CLASSES_NAMED = 4


def choice_fits(model: Model, worker: WorkerInfo | None) -> bool:
    """Whether the worker can add a version to the model."""
    return not model.task_problem and (worker is None or worker.trains(model.task))


def classes_text(categories: Sequence[str], limit: int = MAX_CLASSES_NAMED) -> str:
    """ "3 classes: text_line, initial, stamp"; the first few of many."""
    n = len(categories)
    if n == 0:
        return "no class yet"
    named = ", ".join(categories[:limit])
    more = f" and {n - limit} more" if n > limit else ""
    return f"{counted(n, 'class', 'classes')}: {named}{more}"


def model_choices(
    models: Iterable[Model], worker: WorkerInfo | None, run: Sequence[str], project: ProjectId | None
) -> list[Choice]:
    """Of all projects: those that the worker can train first, of these those with the classes of the run, of these the
    project's own. Of other projects only what can be trained."""
    listed = [model for model in models if model.project == project or choice_fits(model, worker)]

    def order(model: Model) -> tuple[bool, bool, bool]:
        is_other = bool(run) and set(model.categories) != set(run)
        return not choice_fits(model, worker), is_other, model.project != project

    return [model_choice(model, worker, run, project) for model in sorted(listed, key=order)]


def difference_words(model: Sequence[str], run: Sequence[str]) -> str:
    """How the classes of a model differ from those of the run, in a few words; "" where either is not known."""
    if not model or not run:
        return ""
    added = [name for name in run if name not in model]
    removed = [name for name in model if name not in run]
    if not added and not removed:
        return "the same classes"
    words = [f"lacks {listed_names(added, 3)}"] if added else []
    words += [f"has {listed_names(removed, 3)} besides"] if removed else []
    return " and ".join(words)


def model_choice(
    model: Model, worker: WorkerInfo | None, run: Sequence[str] = (), project: ProjectId | None = None
) -> Choice:
    """A model of another task than the worker's is listed, with the reason why it cannot be chosen. `run` are the
    classes that will be trained, `project` is the one that is trained on."""
    fits = choice_fits(model, worker)
    versions = counted(model.n_versions, "version", "versions")
    reason = model.task_problem
    if not fits and not reason and worker is not None:
        reason = f"{worker.title} does not train {model.task} models."
    elsewhere = "" if project is None or model.project == project else f"of {shown(model.project_name) or 'no project'}"
    parts = (
        model.task.capitalize(),
        elsewhere,
        classes_text(model.categories),
        difference_words(model.categories, run),
    )
    return Choice(
        model.id,
        model.name,
        reason or " · ".join(filter(None, parts)),
        note=versions,
        icon_name="box",
        is_enabled=fits,
        tool_tip=reason or ", ".join(model.categories),
    )


def usable_versions(versions: Iterable[ModelVersion], worker: str) -> list[ModelVersion]:
    """Available ones of this worker, newest first: only their weights can be continued."""
    fitting = [v for v in versions if v.status is VersionStatus.AVAILABLE and v.worker == worker]
    return sorted(fitting, key=lambda version: version.created_at, reverse=True)


def best_of(versions: Sequence[ModelVersion]) -> ModelVersion | None:
    """The highest headline number; None unless two or more were measured alike (same metric, same split)."""
    measured = [version for version in versions if version.headline is not None]
    kinds = {(v.headline.metric, v.headline.split) for v in measured if v.headline}
    if len(measured) < 2 or len(kinds) != 1:
        return None
    return max(measured, key=lambda version: version.headline.value if version.headline else 0.0)


def version_choice(version: ModelVersion, best: ModelVersion | None, classes: str = "") -> Choice:
    """`classes` says how its classes compare with those of the run; the best is marked (MA-06)."""
    headline = version.headline
    measured = (
        f"{metric_name(headline.metric)} {formatting.measure(headline.value)} on {headline.split}"
        if headline
        else "not measured"
    )
    is_best = best is not None and version.id == best.id
    partial = " · stopped early" if version.is_partial else ""
    return Choice(
        version.id,
        f"{version.label} of {version.model_name}",
        " · ".join(filter(None, (version.architecture, measured, classes, formatting.moment(version.created_at))))
        + partial,
        note="highest precision" if is_best else "",
        tone="success",
        icon_name="star" if is_best else "package",
        tool_tip=f"{measured}\n{version.architecture}\n{version.id}",
    )
