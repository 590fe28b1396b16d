"""What a training means to the registry: its version becomes available, or an error, and its measurements are kept."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_from_json
from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunResult
from core.errors import RefusedError
from core.registry.session import Session
from core.registry.stores import evaluations, models
from core.runs.books import Books
from core.training.kind import EVALUATION, PUBLISHED
from core.training.results import evaluation_of, publication_of, tables_of


class TrainingBooks(Books):
    def problem_of(self, result: RunResult) -> str:
        what = "a measurement" if result.topic == EVALUATION else "the version that it published"
        try:
            if result.topic == EVALUATION:
                table_from_json(result.content)
            elif result.topic == PUBLISHED:
                publication_of(result.content)
        except (KeyError, TypeError, ValueError) as error:
            return f"What this run says of {what} cannot be read: {error}."
        return ""

    def take(self, session: Session, record: RunRecord, result: RunResult) -> None:
        if record.version is None:
            return
        if result.topic == EVALUATION:
            evaluations.put_evaluation(session, evaluation_of(result, record, record.version))
        elif result.topic == PUBLISHED:
            self._publish(session, record, result)

    def fail(self, session: Session, record: RunRecord) -> None:
        if record.version is not None:
            models.fail_version(session, record.version)

    def check_retry(self, session: Session, record: RunRecord) -> None:
        """E-501: what was published stays as it is."""
        if record.version is None:
            return
        version = models.get_version(session, record.version)
        if version.status is VersionStatus.AVAILABLE:
            text = f"Version {version.label} is already trained. Create a new version starting from it."
            raise RefusedError(text, code="E-501")
        if version.is_deleted:
            text = f"Version {version.label}, which this run was to make, was deleted."
            raise RefusedError(text, hint="Train again, which makes a new version.")

    def retry(self, session: Session, record: RunRecord) -> None:
        if record.version is not None:
            models.reopen_version(session, record.version)

    def stored_tables(self, session: Session, record: RunRecord) -> tuple[EvaluationTable, ...]:
        return evaluations.list_tables(session, record.version) if record.version is not None else ()

    def tables(self, results: Sequence[RunResult]) -> tuple[EvaluationTable, ...]:
        return tables_of(results)

    def _publish(self, session: Session, record: RunRecord, result: RunResult) -> None:
        assert record.version is not None
        if models.get_version(session, record.version).status is VersionStatus.AVAILABLE:
            return  # immutable
        publication = publication_of(result.content)
        models.reopen_version(session, record.version)
        models.publish_version(
            session,
            record.version,
            folder=publication.folder,
            content_sha256=publication.content_sha256,
            weights_sha256=publication.weights_sha256,
            architecture=publication.architecture,
            headline=publication.headline,
            duration_s=result.t,
            is_partial=publication.is_partial,
        )
