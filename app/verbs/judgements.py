"""`calque accept` and `label-errors`: what a person decides about predictions and labels."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.finding import find_project, find_study
from app.verbs.output import SPREADSHEET, Console, VerbResult
from core.domain.counting import counted
from core.domain.names import shown
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.files.durable import write_durably
from core.judgements.steps import Judged


def run_accept(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = find_project(services, arguments.project)
    if not 0 <= arguments.above <= 1:
        raise RefusedError(f"--above must be between 0 and 1, not {arguments.above:g}.")
    split = Split(arguments.set) if arguments.set else None
    source = find_study(services, project, arguments.source, split)
    title = ", ".join(filter(None, (source.title, source.subtitle)))
    queue = services.accepting.queue(project.id, source, arguments.above)
    judged = services.accepting.accept(project.id, source, queue.candidates).value
    data = {
        "project": project.id,
        "source": title,
        "above": arguments.above,
        "accepted": len(judged.annotations),
        "known": judged.n_known + queue.n_judged,
        "agreeing": judged.n_in_truth + queue.n_agreeing,
        "changed": judged.n_changed + queue.n_elsewhere,
        "new_classes": judged.new_categories,
    }
    n = counted(len(judged.annotations), "prediction")
    lines = [f'{n} of {title} accepted as annotations made by a model, in "{shown(project.name)}".']
    lines += judged_lines(judged, queue.n_judged, queue.n_agreeing, queue.n_elsewhere)
    lines.append("They are no ground truth; a training uses them with --include-model-annotations.")
    return VerbResult(data, tuple(lines))


def judged_lines(judged: Judged, n_judged: int = 0, n_agreeing: int = 0, n_elsewhere: int = 0) -> list[str]:
    """What was not added, and why."""
    lines = []
    for n, one, many in (
        (
            judged.n_in_truth + n_agreeing,
            "lies on an annotated object of its class",
            "lie on annotated objects of their class",
        ),
        (judged.n_known + n_judged, "was judged before", "were judged before"),
        (
            judged.n_changed + n_elsewhere,
            "is on an image that changed or is not here",
            "are on images that changed or are not here",
        ),
        (judged.n_outside, "has no area in its image", "have no area in their images"),
    ):
        if n:
            lines.append(f"Left out: {n} that {one if n == 1 else many}.")
    if judged.new_categories:
        lines.append(f"New classes: {', '.join(map(shown, judged.new_categories))}.")
    return lines


def run_label_errors(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """The likeliest first; what was reviewed in the window is not named again, and a table names the verdicts too."""
    project = find_project(services, arguments.project)
    study = find_study(services, project, arguments.source, Split(arguments.set) if arguments.set else None)
    suspicions = services.suspecting.find(project.id, study)
    if arguments.csv is not None:
        write_durably(arguments.csv, services.suspecting.as_csv(project.id, suspicions.found).encode(SPREADSHEET))
    data = {
        "project": project.id,
        "suspicions": [
            {"image": one.path, "kind": one.kind, "class": one.category, "score": one.score, "text": one.text}
            for one in suspicions.found
        ],
        "reviewed": suspicions.n_reviewed,
        "elsewhere": suspicions.n_elsewhere,
    }
    lines = [f"{one.score:.2f} {shown(one.path)}: {one.text}" for one in suspicions.found[: arguments.most]]
    n = counted(len(suspicions.found), "label is", "labels are")
    lines.append(f"{n} doubted in all, {counted(suspicions.n_reviewed, 'was', 'were')} reviewed before.")
    return VerbResult(data, tuple(lines))
