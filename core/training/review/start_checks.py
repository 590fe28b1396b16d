"""The checks of the weights to start from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain.models import ModelVersion, VersionStatus
from core.domain.names import listed_names, shown
from core.domain.starts import Starter
from core.domain.training import Issue, Remedy, StartFrom, StartKind
from core.domain.workers import WorkerInfo
from core.workers.shared_classes import shared_classes


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What is known of the weights to start from. `missing` is a path or a file name that is not there."""

    version: ModelVersion | None = None
    version_categories: tuple[str, ...] = ()
    version_worker_title: str = ""  # of what made the version, or the starter
    pretrained: str = ""  # the file name of the architecture's published weights, "" = there are none
    missing: str = ""
    refusal: str = ""  # why a file, or a starter, cannot be taken, as a sentence
    weights_folder: Path = Path()
    may_use_network: bool = True  # False where the person has said "never" for everything
    starter: Starter | None = None


def check_start(
    start: StartFrom,
    facts: StartFacts,
    *,
    worker: WorkerInfo | None,
    architecture: str,
    categories: Sequence[str],  # of the run; none = not known yet
) -> list[Issue]:
    if start.kind is StartKind.PRETRAINED:
        return _check_pretrained(start, facts, architecture)
    if start.kind is StartKind.VERSION:
        return _check_version(start, facts, worker, architecture, categories)
    if start.kind is StartKind.STARTER:
        return _check_starter(facts, worker, architecture, categories)
    if start.kind is StartKind.FILE and (facts.missing or facts.refusal):
        text = facts.refusal or f'The weights file "{shown(facts.missing)}" is not there.'
        code = "E-351" if facts.refusal else "E-352"
        return [_issue(code, f"{text} Choose another file, or train from scratch.")]
    return []


def classes_text(start: Sequence[str], run: Sequence[str], what: str = "Starting version") -> str:
    """W-141: what becomes of each class of the run; "" when both have the same, in the same order. `what` has the
    classes of the start."""
    if not start or not run or tuple(start) == tuple(run):
        return ""
    shared = shared_classes(start, run)
    kept = [name for place, name in enumerate(run) if place in shared]
    fresh = [name for place, name in enumerate(run) if place not in shared]
    text = f"{what} has classes {listed_names(start)}; this run has {listed_names(run)}. "
    if not kept:
        return f"{text}No class is shared: all of them start fresh, everything before them is kept."
    if not fresh:
        return f"{text}All of them are shared and kept, in the order of this run."
    return f"{text}Shared classes are kept ({listed_names(kept)}), the others start fresh ({listed_names(fresh)})."


def _check_pretrained(start: StartFrom, facts: StartFacts, architecture: str) -> list[Issue]:
    if not facts.pretrained:
        what = architecture or "this network"
        return [_issue("E-353", f'There are no pretrained weights for "{what}". Train from scratch.')]
    if facts.missing and not (start.may_download and facts.may_use_network):
        why = "it is offline" if facts.may_use_network else "Preferences say that the network is never used"
        text = (
            f'Pretrained weights "{facts.pretrained}" are not on this computer and {why}. '
            f"Put the file in {facts.weights_folder}, or train from scratch."
        )
        return [_issue("E-350", text)]
    return []


def _check_version(
    start: StartFrom, facts: StartFacts, worker: WorkerInfo | None, architecture: str, categories: Sequence[str]
) -> list[Issue]:
    version = facts.version
    if version is None and start.version is None:
        return [_issue("E-146", "Choose the version to start from.")]
    if version is None:
        return [_issue("E-140", "The version to start from does not exist any more. Choose another one.")]
    if version.status is not VersionStatus.AVAILABLE:
        text = f"Version {version.label} is not available ({version.status.value}); it cannot be a starting point."
        return [_issue("E-140", text)]
    issues = []
    if worker is not None and version.worker != worker.slug:
        made_for = facts.version_worker_title or version.worker
        text = f'This file was made for "{made_for}" and cannot be used with "{worker.title}".'
        issues.append(_issue("E-123", text))
    elif architecture and version.architecture and version.architecture != architecture:
        text = f"Version {version.label} is {version.architecture}; this run trains {architecture}."
        remedy = _network_remedy(worker, version.architecture)
        issues.append(_issue("E-142", f"{text} Weights cannot be loaded.", remedy))
    if facts.missing:
        text = f"The weights file of version {version.label} is missing at {shown(facts.missing)}."
        issues.append(_issue("E-260", text))
    return [*issues, *_check_classes(facts.version_categories, categories)]


def _check_starter(
    facts: StartFacts, worker: WorkerInfo | None, architecture: str, categories: Sequence[str]
) -> list[Issue]:
    starter = facts.starter
    if starter is None:
        return [_issue("E-355", facts.refusal or "Choose the starter to start from.")]
    if starter.problem:
        return [_issue("E-354", f'The starter "{starter.title}" cannot be used: {starter.problem}')]
    if worker is not None and starter.worker != worker.slug:
        made_for = facts.version_worker_title or starter.worker
        text = f'The starter "{starter.title}" was made for "{made_for}" and cannot be used with "{worker.title}".'
        return [_issue("E-123", text)]
    if architecture and starter.architecture != architecture:
        text = f'The starter "{starter.title}" is {starter.architecture}; this run trains {architecture}.'
        remedy = _network_remedy(worker, starter.architecture)
        return [_issue("E-142", f"{text} Weights cannot be loaded.", remedy)]
    if len(shared_classes(starter.categories, categories)) == len(categories):
        return []  # that a starter knows others too is no concern of the run
    return _check_classes(starter.categories, categories, f'The starter "{starter.title}"')


def _network_remedy(worker: WorkerInfo | None, architecture: str) -> Remedy | None:
    """The configuration's values for the network of the start; None where the worker names none such."""
    networks = worker.networks if worker is not None else ()
    network = next((network for network in networks if network.name == architecture), None)
    return Remedy(f"Train {network.title}", tuple(network.values.items())) if network is not None else None


def _check_classes(start: Sequence[str], run: Sequence[str], what: str = "Starting version") -> list[Issue]:
    text = classes_text(start, run, what)
    return [_issue("W-141", text)] if text else []


def _issue(code: str, text: str, remedy: Remedy | None = None) -> Issue:
    return Issue(code, text, "model", code.startswith("E-"), "start", remedy)
