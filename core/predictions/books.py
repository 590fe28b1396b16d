"""What a prediction means to the registry: its set of predictions is listed."""

from __future__ import annotations

from core.domain.runs import RunRecord, RunResult
from core.predictions.kind import TOPIC
from core.predictions.results import set_of
from core.registry.session import Session
from core.registry.stores import predictions
from core.runs.books import Books


class PredictionBooks(Books):
    def problem_of(self, result: RunResult) -> str:
        try:
            if result.topic == TOPIC:
                str(result.content["pack"])
                int(result.content["n_objects"])
                dict(result.content["settings"])
        except (KeyError, TypeError, ValueError) as error:
            return f"What this run says of its predictions cannot be read: {error!r}."
        return ""

    def take(self, session: Session, record: RunRecord, result: RunResult) -> None:
        if result.topic == TOPIC:
            # The run lies in <home>/runs/<id>, the pack in <home>/predictions.
            pack = record.folder.parent.parent / "predictions" / result.content["pack"]
            if pack.is_file():  # a person may have deleted it since, and the run is tried again or listed anew
                predictions.put_set(session, set_of(result, record), pack)
