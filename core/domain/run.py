"""A run as everybody sees it: one value, whatever it was put together from."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.evaluation import EvaluationTable
from core.domain.ids import RunId
from core.domain.run_kinds import KindInfo
from core.domain.runs import RunRecord, RunState, RunStatus


@dataclass(frozen=True, slots=True)
class Run:
    """Row, state and tables, made one by `core.runs.merging.merge`: they never contradict each other.

    `state` is None until something was heard of the row's attempt.
    """

    record: RunRecord
    kind: KindInfo
    state: RunState | None = None
    tables: tuple[EvaluationTable, ...] = ()

    @property
    def id(self) -> RunId:
        return self.record.id

    @property
    def status(self) -> RunStatus:
        return self.record.status

    @property
    def has_product(self) -> bool:
        """What the run is for was made, a published version, say."""
        return self.state is not None and any(result.topic == self.kind.product for result in self.state.results)

    @property
    def has_predictions(self) -> bool:
        """Something that it predicted is kept."""
        topics = {topic for topic in (self.kind.predictions, self.kind.product) if topic}
        if self.state is None:
            return bool(self.kind.predictions) and self.status is RunStatus.SUCCESS
        return any(result.topic in topics for result in self.state.results)

    @property
    def stage_title(self) -> str:
        """Of the step that the row names, "" without one."""
        stages = self.state.stages if self.state is not None else self.kind.stages
        return next((stage.title for stage in stages if stage.name == self.record.stage), self.record.stage or "")
