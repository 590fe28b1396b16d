"""What kinds of runs there are, as their pages show them: a kind's steps, and the words that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.runs import RunStatus


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A step as its kind declares it. `weight` is its share of the whole run's time, in any unit."""

    name: str
    title: str
    weight: float = 1.0
    counts_epochs: bool = False  # two finished epochs then tell how long it will take


@dataclass(frozen=True, slots=True)
class StopWords:
    """What is said about ending a run early. `details` may name {best}, the best weights so far, and {version}."""

    text: str = "Stop"
    question: str = 'Stop "{name}"?'
    help: str = "End the run soon; what it has done so far is kept"
    details: str = "It ends soon; what it has done so far is kept."
    refusal: str = "Let it go on"
    stopping: str = "It ends the step it is in."
    cancel_help: str = "Take it out of the queue; nothing was done yet"
    kill_details: str = "Its process ends at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class KindInfo:
    """`noun` is the word in sentences: "The training process was ended"."""

    slug: str
    title: str
    noun: str = "run"
    stages: tuple[StagePlan, ...] = ()
    retriable: frozenset[RunStatus] = frozenset({RunStatus.FAILED, RunStatus.ABORTED, RunStatus.TERMINATED})
    product: str = ""  # topic of the result that says that what the run is for has been made; "" = it makes nothing
    predictions: str = ""  # topic of the result that says that a set of predictions is kept; "" = the product's are
    has_measurements: bool = False  # its pages have a place for evaluation tables
    has_draft: bool = False  # the form that it was started from can be opened again, filled in
    artifact_groups: tuple[tuple[str, str], ...] = ()  # folders of its files in their order, and what is in them
    scratch: tuple[str, ...] = ()  # of a run's folder, as globs: what is worth nothing when its process has ended
    failure: str = "The run did not come to its end"  # heading of a failure whose cause has no words of its own
    stop: StopWords = StopWords()
    unavailable_reason: str = ""  # why none of this kind can be started or retried here

    @property
    def has_curves(self) -> bool:
        return any(plan.counts_epochs for plan in self.stages)

    @property
    def is_available(self) -> bool:
        return not self.unavailable_reason

    @property
    def removal_refusal(self) -> str:
        """Why a run of this kind that has not ended cannot be removed (E-550)."""
        return f"Stop the {self.noun} before removing it."
