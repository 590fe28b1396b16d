"""`calque train` and `calque sample --headless`: a whole training in the foreground.

Ctrl+C asks it to stop and keep the best; a second Ctrl+C leaves, and the run goes on in the background.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.sample_plan import sample_draft
from app.services import Services
from app.verbs.library import metrics_data
from app.verbs.output import Console, VerbResult
from core.domain.counting import counted
from core.domain.dataset_words import taken_words
from core.domain.ids import RunId
from core.domain.imports import ImportSource
from core.domain.metrics import CORRECT
from core.domain.projects import Project
from core.domain.runs import RunRecord, RunStatus, StageState
from core.domain.snapshots import Split
from core.domain.training import Issue, SplitCount, TrainingDraft, TrainingReview
from core.domain.training_plan import TrainingPlan
from core.errors import CalqueError, FormatError, NotFoundError, RefusedError
from core.runs.supervise import Batch
from core.training.draft.command import from_toml
from core.training.kind import TRAINING
from core.training.review.tally import reason_text
from core.training.review.words import BOXES_AS_SHAPES

EXIT_CODES = {RunStatus.SUCCESS: 0, RunStatus.TERMINATED: 130}


def run_train(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    plan = plan_from(arguments)
    draft = services.training.draft_from_plan(plan, arguments.settings or ())
    freezes = arguments.freeze or bool(arguments.freeze_as)
    return train(services, draft, console, freezes=freezes, freeze_as=arguments.freeze_as)


def run_sample(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = ensure_sample(services, console)
    return train(services, sample_draft(services, project, device=arguments.device), console)


# --- what to train ---------------------------------------------------------------------------------------------


def plan_from(arguments: argparse.Namespace) -> TrainingPlan:
    """The plan of `run.toml`, if one was named, with the options of the command line laid over it."""
    plan = TrainingPlan()
    if arguments.file is not None:
        if not arguments.file.is_file():
            raise NotFoundError(f"There is no file {arguments.file}.")
        plan = from_toml(read_text(arguments.file), file=arguments.file.name)
    texts: tuple[str, ...] = ("project", "worker", "task", "model", "name", "version_name", "device", "configuration")
    texts += ("start", "seed", "dataset", "train_filter", "val_filter", "test_filter")
    given: dict[str, Any] = {name: getattr(arguments, name) for name in texts if getattr(arguments, name) is not None}
    for name in ("crop_of", "conditions", "sets"):
        if getattr(arguments, name) is not None:
            given[name] = tuple(getattr(arguments, name))
    for name in ("train", "val", "test", "stated_sets", "classes"):
        if getattr(arguments, name) is not None:
            given[name] = tuple(folder_or_class(text) for text in getattr(arguments, name))
    tagged = tuple(split.value for split in Split) if arguments.tagged else arguments.tagged_set
    if tagged is not None:
        given["tagged"] = tuple(tagged)
    if arguments.val_ratio is not None:
        given["val_ratio"] = arguments.val_ratio
    if arguments.minutes is not None:
        given["minutes"] = arguments.minutes
    if arguments.no_limit:
        given["minutes"] = None
    if arguments.allow_download:
        given["allow_download"] = True
    if arguments.use_images_without_objects:
        given["use_images_without_objects"] = True
    if arguments.include_model_annotations:
        given["include_model_annotations"] = True
    return replace(plan, **given)


def read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f'"{file.name}" is not a text in UTF-8.', file=file) from error


def folder_or_class(text: str) -> str:
    """ "." is the project's root, which the registry calls ""; a trailing slash is a shell's habit."""
    return "" if text in (".", "./") else text.rstrip("/")


def ensure_sample(services: Services, console: Console) -> Project:
    """The sample project, drawn and imported when it is not there yet."""
    from core.samples.service import SAMPLE_NAME, make_sample

    known = services.projects.find_project(SAMPLE_NAME)
    if known is not None and not known.is_root_missing:
        return known
    path = make_sample(services.home.samples, progress=console.progress)
    services.imports.commit(
        ImportSource(path), project_name=SAMPLE_NAME, into=known.id if known else None, progress=console.progress
    )
    made = services.projects.find_project(SAMPLE_NAME)
    assert made is not None  # it was committed the line before
    return made


# --- carrying it out -------------------------------------------------------------------------------------------


def train(
    services: Services, draft: TrainingDraft, console: Console, *, freezes: bool = False, freeze_as: str = ""
) -> VerbResult:
    """Review, submit, and follow the run to its end. `freezes`: an open dataset may be frozen for it, for good."""
    review = services.training.review(draft)
    for issue in review.issues:
        if not issue.is_error:
            console.note(f"{issue.code}: {issue.text}")
    errors = [issue for issue in review.issues if issue.is_error]
    if errors:
        raise refusal(errors)
    for line in review_lines(review):
        console.note(line)
    record = services.training.submit(
        review.draft,
        freezes=freezes,
        freeze_as=freeze_as,
        progress=lambda done, total: console.progress(done, total, "Freezing"),
    ).value
    if any(issue.code == "W-220" for issue in review.issues) and review.draft.dataset is not None:
        taken = taken_words(services.dataset_editing.get_dataset(review.draft.dataset))
        if taken:
            console.note(f"W-224: {taken}")
    console.note(f'Run {record.id} "{record.name}".')
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
    return result_of(services, services.runs.get_run(record.id))


def review_lines(review: TrainingReview) -> Iterator[str]:
    """What will be used of the data, what is left out and why, and what is made of it: as the window's review says."""
    labels = review.task is not None and review.task.labels
    for counts in review.splits:
        if counts.n_images:
            carved = ", held back from the training images" if review.is_val_carved and counts.split == "val" else ""
            yield f"{counts.split.value}: {_used(counts, labels=labels)}{carved}."
    for reason, n in review.ignored:
        yield f"Left out: {reason_text(reason, n)}."
    for title, value, is_default in review.values:
        if title == BOXES_AS_SHAPES and not is_default:
            yield f"{title}: {value}."


def _used(counts: SplitCount, *, labels: bool) -> str:
    """What is used of a set in a few words."""
    images = counted(counts.n_images, "image")
    if not labels:
        return f"{images}, {counted(counts.n_objects, 'object')}"
    crops = f"{counted(counts.n_regions, 'crop')} on " if counts.n_regions else ""
    return f"{crops}{images}, {counted(counts.n_objects, 'label')}"


def refusal(errors: list[Issue]) -> RefusedError:
    first, *others = errors
    hint = " ".join(f"{issue.code}: {issue.text}" for issue in others)
    return RefusedError(first.text, hint=hint, code=first.code)


def result_of(services: Services, record: RunRecord) -> VerbResult:
    """The run's result as the command line states it. Only a training made its version, and measured it."""
    version = None
    metrics: dict[str, Any] = {}
    used = record.version if record.kind != TRAINING.slug else None
    if record.version is not None and used is None:
        details = services.models.get_details(record.version)
        if details.version.content_sha256:
            version = details.version
            metrics = dict(metrics_data(details.tables))
    data = {
        "run": record.id,
        "status": record.status,
        "reason": record.reason,
        "version": version.id if version else used,
        "version_label": version.label if version else used and record.version_label,
        "model": record.model_name,
        "snapshot": record.snapshot,
        "metrics": metrics,
        "duration_s": record.duration_s,
    }
    lines = [state_line(record)]
    if version is not None:
        lines.append(f"{record.model_name} {version.label}, id {version.id}")
    for split, values in metrics.items():
        shown = ", ".join(
            f"{name} {_number(name, value)}" for name, value in values.items() if isinstance(value, float)
        )
        lines.append(f"  {split:<5}  {shown or 'not measured'}")
    return VerbResult(data, tuple(lines), code=exit_code(record))


def _number(name: str, value: float) -> str:
    return f"{value:.0f}" if name == CORRECT else f"{value:.3f}"


def exit_code(record: RunRecord) -> int:
    """One that is not over was left to itself: whoever waited for its end was stopped."""
    return EXIT_CODES.get(record.status, 1 if record.status.is_terminal else 130)


def state_line(record: RunRecord) -> str:
    if record.status.is_terminal:
        return f"{record.status}: {record.reason}"
    return f"{record.status}: it goes on by itself; calque runs {record.id} tells how it ends."


class Follower:
    """Tells the terminal what is new: the step, its progress, warnings."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._warnings: set[str] = set()

    def take(self, batch: Batch) -> None:
        state = batch.state
        for warning in state.warnings:
            if warning not in self._warnings:
                self._warnings.add(warning)
                self._console.note(f"Warning: {warning}")
        running = next((stage for stage in state.stages if stage.state is StageState.RUNNING), None)
        if running is None:
            return
        title = running.title
        if title != self._stage:
            self._stage = title
            self._console.note(f"{title} …")
        if running.text:
            self._console.progress(state.progress, 1.0, f"{title}: {running.text}")


class StopWishes:
    """What the person wished by Ctrl+C."""

    def __init__(self) -> None:
        self.n_interrupts = 0
        self.asking: threading.Thread | None = None

    def wants_to_leave(self) -> bool:
        return self.n_interrupts > 1


@contextmanager
def stop_on_interrupt(services: Services, run: RunId, console: Console) -> Iterator[StopWishes]:
    """The first Ctrl+C asks the run to stop, and says what its kind does then; the second leaves it to itself."""
    wishes = StopWishes()
    stopping = services.runs.kinds.info(services.runs.get_run(run).kind).stop.stopping

    def ask_to_stop() -> None:
        try:
            services.runs.request_stop(run)
        except CalqueError as error:  # it ended at this very moment, or the disk is full
            console.note(str(error))

    def on_signal(_number: int, _frame: object) -> None:
        wishes.n_interrupts += 1
        if wishes.n_interrupts == 1:
            console.note(f"{stopping} Ctrl+C again leaves, and the run ends by itself.")
            # Not here: the handler may have interrupted a writer of the registry, whose lock the wish needs too.
            wishes.asking = threading.Thread(target=ask_to_stop, name="stop-wish")
            wishes.asking.start()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wishes
    finally:
        if wishes.asking is not None:
            wishes.asking.join()  # it writes into the registry, which is closed next
        for number, handler in before.items():
            signal.signal(number, handler)
