"""What an evaluation means to the registry: its measurement is kept with the version, its predictions are listed."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.evaluation import EvaluationTable
from core.domain.runs import RunRecord, RunResult
from core.evaluations.kind import TOPIC
from core.evaluations.results import evaluation_of, set_of, table_of
from core.registry.session import Session
from core.registry.stores import evaluations, models, predictions
from core.runs.books import Books


class EvaluationBooks(Books):
    def problem_of(self, result: RunResult) -> str:
        try:
            if result.topic == TOPIC:
                table_of(result)
                str(result.content["pack"])
                dict(result.content["settings"])
        except (KeyError, TypeError, ValueError) as error:
            return f"What this run says of its measurement cannot be read: {error!r}."
        return ""

    def take(self, session: Session, record: RunRecord, result: RunResult) -> None:
        if result.topic != TOPIC:
            return
        found = evaluation_of(result, record)
        # The run lies in <home>/runs/<id>, the pack in <home>/predictions.
        pack = record.folder.parent.parent / "predictions" / result.content["pack"]
        if pack.is_file():  # a person may have deleted it since; the events are read again when a registry is made anew
            predictions.put_set(session, set_of(result, record), pack)
        if found.version is not None and models.has_version(session, found.version):
            evaluations.put_evaluation(session, found)

    def stored_tables(self, session: Session, record: RunRecord) -> tuple[EvaluationTable, ...]:
        return tuple(item.table for item in evaluations.list_evaluations(session, run=record.id))

    def tables(self, results: Sequence[RunResult]) -> tuple[EvaluationTable, ...]:
        return tuple(table_of(result) for result in results if result.topic == TOPIC)[-1:]
