"""Checks of a project's data, and repairs that can be taken back. No file of a person's is ever written to."""

from __future__ import annotations

from dataclasses import replace

from core import clock
from core.checks.data import CheckedData, read_dataset_data, read_project_data
from core.checks.files import FileFaults, look_at_files
from core.checks.kept import KeptReports
from core.checks.looking import find_all, grouping_of, in_words, walk_annotations
from core.checks.repairing import Repaired, Writers, apply, plan_again, take_back
from core.datasets.editing import DatasetEditing
from core.domain.changes import Changed
from core.domain.checks import CheckReport, CheckWish, Finding
from core.domain.counting import counted
from core.domain.datasets import Dataset
from core.domain.ids import DatasetId, ProjectId
from core.errors import RefusedError
from core.fingerprints.service import AlikeImages, FingerprintService
from core.labelling.service import LabellingService
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import datasets, projects
from core.stopping import StoppedError
from core.trash.service import TrashService


class CheckService:
    """Every method may be called on any thread."""

    def __init__(
        self,
        registry: Registry,
        fingerprints: FingerprintService,
        reports: KeptReports,
        labelling: LabellingService,
        editing: DatasetEditing,
        trash: TrashService,
    ) -> None:
        self._registry = registry
        self._fingerprints = fingerprints
        self._reports = reports
        self._writers = Writers(registry, labelling, editing, trash)

    def last(self, project: ProjectId, dataset: DatasetId | None = None) -> CheckReport | None:
        """What was found when these were checked last; it may be older than the data."""
        return self._reports.get(project, dataset)

    def is_current(self, report: CheckReport) -> bool:
        """Whether nothing has changed since."""
        with self._registry.read() as session:
            if projects.get_revision(session, report.project) != report.revision:
                return False
            return report.dataset is None or (_dataset(session, report.dataset).revision == report.dataset_revision)

    def run(
        self,
        project: ProjectId,
        dataset: DatasetId | None = None,
        wish: CheckWish = CheckWish(),  # noqa: B008 - frozen
        *,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> CheckReport:
        """Raises StoppedError when it is cancelled; pictures that were looked at until then need no second look."""
        tell = sparing(progress)

        def check(done: int, total: int, text: str) -> None:
            if is_cancelled():
                raise StoppedError
            tell(done, total, text)

        with self._registry.read() as session:
            revision = projects.get_revision(session, project)
            dataset_revision = 0
            if dataset is not None:
                dataset_revision = _dataset(session, dataset).revision
            check(0, 0, "reading what is known of the images")
            data = self._read(session, project, dataset)
            total = len(data.images)
            labels = walk_annotations(session, data, lambda done: check(done, total, "looking at annotations"))
        is_here = data.project.root.is_dir()
        faults: FileFaults | None = None
        if wish.looks_at_files and is_here:
            faults = look_at_files(data, lambda done: check(done, total, "looking at files"))
        alike: AlikeImages | None = None
        if wish.compares_pictures:
            alike = self._fingerprints.alike_among(
                data.images, data.project.root, only_known=not is_here, progress=check, is_cancelled=is_cancelled
            )
        check(0, 0, "comparing sets")
        grouping = grouping_of(data)
        found = find_all(data, labels, grouping, faults, alike)
        n_to_compare = alike.n_missing if alike is not None else 0
        fine, notes = in_words(data, found, grouping, faults is not None, alike, n_to_compare)
        if not is_here:
            notes = (f'The project\'s folder "{data.project.root}" is not here.', *notes)
        report = CheckReport(
            project,
            clock.now(),
            revision,
            int(data.is_checked.sum()),
            found,
            fine,
            notes,
            data.sets.counts(),
            dataset,
            dataset_revision,
        )
        return self._keep(report)

    def repair(self, report: CheckReport, finding: Finding) -> Changed[Repaired]:
        """Do what the finding offers, as far as it still holds for the data as they are now.

        Raises RefusedError where there is nothing to be repaired any more, or the dataset is frozen.
        """
        with self._registry.read() as session:
            data = self._read(session, report.project, report.dataset)
            plan = plan_again(session, data, finding)
        if plan is None:
            raise RefusedError("There is nothing to be repaired here any more.", hint="Run the checks again.")
        return apply(self._writers, data, plan, finding.title)

    def undo(
        self,
        repaired: Repaired,
        *,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[Repaired]:
        """Take a repair back; `undo` of the answer does it again. Raises RefusedError where the data have changed, and
        StoppedError when one that `can_stop` is cancelled: nothing was written then."""
        return take_back(self._writers, repaired, progress, is_cancelled)

    def _keep(self, report: CheckReport) -> CheckReport:
        """A result that cannot be kept is shown all the same, and says so."""
        try:
            self._reports.put(report)
        except OSError as error:
            note = f"This result cannot be kept for later: {error.strerror or error}."
            return replace(report, notes=(*report.notes, note))
        return report

    def _read(self, session: Session, project: ProjectId, dataset: DatasetId | None) -> CheckedData:
        found = projects.get_project(session, project)
        categories = projects.list_categories(session, project)
        if dataset is None:
            return read_project_data(session, found, categories)
        known = _dataset(session, dataset)
        sets = tuple((int(item.id), item.name, item.role) for item in known.sets)
        return read_dataset_data(session, found, categories, dataset, sets, is_editable=known.is_editable)


def _dataset(session: Session, id: DatasetId) -> Dataset:
    return datasets.get_dataset(session, id, with_annotated=False)


def summary(report: CheckReport) -> str:
    """One sentence."""
    if not report.findings:
        return f"{counted(report.n_images, 'image')} checked; nothing was found."
    n_notes = len(report.findings) - report.n_problems
    parts = [counted(report.n_problems, "problem")] if report.n_problems else ["no problem"]
    parts += [counted(n_notes, "remark")] if n_notes else []
    return f"{counted(report.n_images, 'image')} checked: {' and '.join(parts)}."
