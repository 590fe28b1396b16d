"""All services of core on one home, constructed in one place.

Opening the registry and listing projects is what a start needs; every other service is made on first use, so that
what it imports (pydantic, Pillow, numpy) is paid for when it is needed and not before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from app.settings import DEVICE_CPU, NETWORK_NEVER, SettingsStore
from core.domain.changes import NO_CHANGES, Changes
from core.home import Home
from core.models.arrivals import settle_arrivals
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.remains import find_remains

if TYPE_CHECKING:
    from core.categories.service import CategoryService
    from core.checks.service import CheckService
    from core.comparing.service import ComparingService
    from core.conversions.service import ConversionService
    from core.datasets.editing import DatasetEditing
    from core.datasets.freezing import DatasetFreezing
    from core.datasets.frozen_registry import FrozenRegistries
    from core.datasets.proposing import DatasetProposing
    from core.datasets.service import DatasetService
    from core.datasets.splitting import DatasetSplitting
    from core.evaluations.dataset_sets import DatasetSets
    from core.evaluations.service import EvaluationService
    from core.evaluations.studies import StudyService
    from core.evaluations.sureness import SurenessService
    from core.exports.service import ExportService
    from core.filters.service import FilterService
    from core.fingerprints.service import FingerprintService
    from core.formats.catalog import FormatCatalog
    from core.images.thumbnails import ThumbnailCache
    from core.imports.service import ImportService
    from core.judgements.accepting import AcceptingService
    from core.judgements.bulk_tags import BulkTagService
    from core.judgements.suspecting import SuspectingService
    from core.judgements.tags import TagService
    from core.labelling.service import LabellingService
    from core.models.service import ModelService
    from core.predictions.import_service import PredictionImportService
    from core.predictions.service import PredictionService
    from core.rechecks.service import RecheckService
    from core.reports.service import ReportService
    from core.runs.service import RunService
    from core.shelf.service import ShelfService
    from core.similar.service import SimilarService
    from core.statistics.service import StatisticsService
    from core.training.draft.configurations import ConfigurationService
    from core.training.service import TrainingService
    from core.trash.service import TrashService
    from core.trying.service import TryingService
    from core.workers.catalog import WorkerCatalog

S = TypeVar("S")


class Services:
    """May be used on any thread. `registry` is open."""

    def __init__(self, home: Home, registry: Registry, settings: SettingsStore | None = None) -> None:
        """`settings` are read from the home when they are not given."""
        self.home = home
        self.registry = registry
        self.settings = settings or SettingsStore(home.root / "settings.json")
        self.projects = ProjectService(registry)
        self._made: dict[str, Any] = {}
        self._lock = threading.RLock()

    def _once(self, name: str, make: Callable[[], S]) -> S:
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            made: S = self._made[name]
            return made

    @property
    def catalog(self) -> WorkerCatalog:
        from core.workers.catalog import WorkerCatalog

        return self._once("catalog", WorkerCatalog)

    @property
    def imports(self) -> ImportService:
        from core.imports.service import ImportService

        return self._once("imports", lambda: ImportService(self.registry, self.formats, self.home.unpacked))

    @property
    def exports(self) -> ExportService:
        from app.prediction_sources import found_predictions
        from core.exports.service import ExportService

        return self._once(
            "exports",
            lambda: ExportService(
                self.registry,
                self.formats,
                open_dataset=lambda snapshot: self.datasets.open(snapshot),
                find_predictions=lambda source: found_predictions(self.registry, self.models, source),
                open_frozen=lambda dataset: self.dataset_freezing.open_frozen(dataset),
            ),
        )

    @property
    def filters(self) -> FilterService:
        from core.filters.service import FilterService

        return self._once("filters", lambda: FilterService(self.registry))

    @property
    def formats(self) -> FormatCatalog:
        from core.formats.catalog import FormatCatalog

        return self._once("formats", FormatCatalog)

    @property
    def datasets(self) -> DatasetService:
        from core.datasets.service import DatasetService

        return self._once("datasets", lambda: DatasetService(self.registry, self.home.snapshots))

    @property
    def dataset_editing(self) -> DatasetEditing:
        from core.datasets.editing import DatasetEditing

        return self._once("dataset_editing", lambda: DatasetEditing(self.registry))

    @property
    def dataset_freezing(self) -> DatasetFreezing:
        from core.datasets.freezing import DatasetFreezing

        return self._once("dataset_freezing", lambda: DatasetFreezing(self.registry, self.home.snapshots))

    @property
    def dataset_proposing(self) -> DatasetProposing:
        from core.datasets.proposing import DatasetProposing

        return self._once("dataset_proposing", lambda: DatasetProposing(self.registry))

    @property
    def dataset_splitting(self) -> DatasetSplitting:
        from core.checks.grouping import number_sources
        from core.datasets.splitting import DatasetSplitting

        return self._once(
            "dataset_splitting",
            lambda: DatasetSplitting(
                self.registry,
                self.dataset_editing,
                find_duplicates=lambda project: self.fingerprints.find_alike(project).groups,
                find_sources=number_sources,
            ),
        )

    @property
    def shelf(self) -> ShelfService:
        from core.shelf.service import ShelfService

        return self._once("shelf", lambda: ShelfService(self.models, self.runs, self.catalog, self.home.weights))

    @property
    def models(self) -> ModelService:
        from core.models.service import ModelService

        return self._once("models", lambda: ModelService(self.registry, self.home.models))

    @property
    def runs(self) -> RunService:
        from core.runs.service import RunService

        return self._once("runs", lambda: RunService(self.registry, self.home.runs, self.home.devices))

    @property
    def training(self) -> TrainingService:
        from core.training.service import TrainingService

        return self._once(
            "training",
            lambda: TrainingService(
                self.registry,
                self.projects,
                self.datasets,
                self.models,
                self.runs,
                self.catalog,
                self.home,
                may_use_network=lambda: self.settings.settings.network != NETWORK_NEVER,
                frozen=self.frozen_registries,
            ),
        )

    @property
    def frozen_registries(self) -> FrozenRegistries:
        from core.datasets.frozen_registry import FrozenRegistries

        return self._once("frozen_registries", lambda: FrozenRegistries(self.home.frozen, self.dataset_freezing))

    @property
    def dataset_sets(self) -> DatasetSets:
        """Of datasets, to be measured or predicted."""
        from core.evaluations.dataset_sets import DatasetSets

        return self._once(
            "dataset_sets", lambda: DatasetSets(self.registry, self.dataset_freezing, self.frozen_registries)
        )

    @property
    def trying(self) -> TryingService:
        from core.trying.service import TryingService

        return self._once(
            "trying",
            lambda: TryingService(
                self.home, self.models, self.catalog, may_use_gpu=lambda: self.settings.settings.device != DEVICE_CPU
            ),
        )

    @property
    def rechecks(self) -> RecheckService:
        from core.rechecks.service import RecheckService

        return self._once("rechecks", lambda: RecheckService(self.projects, self.datasets, self.models, self.runs))

    @property
    def evaluations(self) -> EvaluationService:
        from core.evaluations.service import EvaluationService

        return self._once(
            "evaluations",
            lambda: EvaluationService(
                self.registry,
                self.projects,
                self.datasets,
                self.models,
                self.runs,
                self.studies,
                self.home.predictions,
                sets=self.dataset_sets,
            ),
        )

    @property
    def statistics(self) -> StatisticsService:
        from core.statistics.service import StatisticsService

        return self._once("statistics", lambda: StatisticsService(self.registry))

    @property
    def studies(self) -> StudyService:
        from core.evaluations.studies import StudyService

        return self._once(
            "studies",
            lambda: StudyService(
                self.registry, self.projects, self.models, runs=self.runs, packs=self.home.predictions
            ),
        )

    @property
    def predictions(self) -> PredictionService:
        from core.predictions.service import PredictionService

        return self._once(
            "predictions",
            lambda: PredictionService(self.registry, self.projects, self.models, self.runs, self.home.predictions),
        )

    @property
    def sureness(self) -> SurenessService:
        from core.evaluations.sureness import SurenessService

        return self._once("sureness", lambda: SurenessService(self.studies, self.models))

    @property
    def comparing(self) -> ComparingService:
        from core.comparing.service import ComparingService

        return self._once("comparing", lambda: ComparingService(self.models, self.runs, self.studies))

    @property
    def accepting(self) -> AcceptingService:
        from core.evaluations.sources import Sources
        from core.judgements.accepting import AcceptingService

        return self._once("accepting", lambda: AcceptingService(self.registry, Sources(self.registry, self.models)))

    @property
    def suspecting(self) -> SuspectingService:
        from core.judgements.suspecting import SuspectingService

        return self._once("suspecting", lambda: SuspectingService(self.registry, self.studies))

    @property
    def bulk_tags(self) -> BulkTagService:
        from core.judgements.bulk_tags import BulkTagService

        return self._once("bulk_tags", lambda: BulkTagService(self.registry))

    @property
    def tags(self) -> TagService:
        from core.judgements.tags import TagService

        return self._once("tags", lambda: TagService(self.registry))

    @property
    def categories(self) -> CategoryService:
        from core.categories.service import CategoryService

        return self._once("categories", lambda: CategoryService(self.registry))

    @property
    def trash(self) -> TrashService:
        from core.trash.service import TrashService

        return self._once("trash", lambda: TrashService(self.registry))

    @property
    def labelling(self) -> LabellingService:
        from core.labelling.service import LabellingService

        return self._once("labelling", lambda: LabellingService(self.registry))

    @property
    def prediction_imports(self) -> PredictionImportService:
        from core.predictions.import_service import PredictionImportService

        return self._once(
            "prediction_imports",
            lambda: PredictionImportService(self.registry, self.projects, self.home.predictions, self.formats),
        )

    @property
    def conversions(self) -> ConversionService:
        from core.conversions.service import ConversionService

        return self._once(
            "conversions",
            lambda: ConversionService(
                self.projects, self.datasets, self.models, self.runs, self.catalog, self.home.root
            ),
        )

    @property
    def reports(self) -> ReportService:
        from core.reports.service import ReportService

        return self._once("reports", lambda: ReportService(self.models, self.runs, self.studies))

    @property
    def configurations(self) -> ConfigurationService:
        return self.training.configurations

    @property
    def thumbnails(self) -> ThumbnailCache:
        from core.images.thumbnails import ThumbnailCache

        return self._once("thumbnails", lambda: ThumbnailCache(self.home.thumbnails, self._room_for_thumbnails))

    def resize_thumbnails(self, check: Callable[[], None]) -> None:
        """Put the preference in force: some may have to go. `check` may raise to give up."""
        self.thumbnails.set_limit(self._room_for_thumbnails)
        self.thumbnails.tidy(check)

    @property
    def _room_for_thumbnails(self) -> int:
        return self.settings.settings.thumbnails_mb * 10**6

    def close(self) -> None:
        """What was made and holds something, and the registry last."""
        with self._lock:
            made = [self._made[name] for name in ("frozen_registries", "thumbnails") if name in self._made]
        for service in made:
            service.close()
        self.registry.close()

    @property
    def fingerprints(self) -> FingerprintService:
        from core.fingerprints.service import FingerprintService

        return self._once(
            "fingerprints", lambda: FingerprintService(self.registry, self.thumbnails, self.home.fingerprints)
        )

    @property
    def checks(self) -> CheckService:
        from core.checks.kept import KeptReports
        from core.checks.service import CheckService

        return self._once(
            "checks",
            lambda: CheckService(
                self.registry,
                self.fingerprints,
                KeptReports(self.home.checks),
                self.labelling,
                self.dataset_editing,
                self.trash,
            ),
        )

    @property
    def similar(self) -> SimilarService:
        from core.similar.service import SimilarService

        return self._once(
            "similar",
            lambda: SimilarService(self.registry, self.fingerprints, self.home.fingerprints, self.home.root / "trying"),
        )

    def sweep(self) -> Changes:
        """Clear away what killed processes left in the home; nothing that anybody works on, nothing of a person's.
        Datasets that they were freezing are open again.

        Raises RegistryError, StorageError.
        """
        if self.registry.is_read_only:
            return NO_CHANGES
        self.runs.sweep()
        self.models.sweep()
        self.predictions.sweep()
        self.imports.sweep()
        return self.dataset_freezing.recover().changes


def registry_of(home: Home) -> Registry:
    """Not opened yet; where it is gone though something is left of it, no new one is made."""
    return Registry(
        home.registry_file,
        home.backups,
        beside=lambda: find_remains(home.backups, home.runs, home.models, home.snapshots),
    )


def build_services(home: Home, settings: SettingsStore | None = None) -> Services:
    """Open the registry (made, or brought up to date) and put the services on it. Raises RegistryError."""
    home.ensure()
    registry = registry_of(home)
    registry.open()
    if not registry.is_read_only:
        settle_arrivals(registry, home.models)
    return Services(home, registry, settings)


@contextmanager
def open_services(home: Home) -> Iterator[Services]:
    """The services for one verb of the command line; the registry is closed at the end."""
    services = build_services(home)
    try:
        yield services
    finally:
        services.close()
