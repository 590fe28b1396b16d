"""What the wizard was told of the world, beside the draft itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.data_offers import DataOffers
from core.domain.datasets import Dataset
from core.domain.devices import DeviceReport
from core.domain.models import Model, ModelVersion
from core.domain.projects import Category, Folder, Project
from core.domain.snapshots import Split
from core.domain.starts import StartOffers
from core.domain.tasks import TaskOffer
from core.domain.training import TrainingReview
from core.domain.workers import Configuration, WorkerInfo
from ui.training.start_section import PretrainedPlace


@dataclass(frozen=True, slots=True)
class Known:
    project: Project | None = None
    run_name: str = ""  # proposed; used until the person writes another
    model_name: str = ""  # the same of a new model
    workers: tuple[WorkerInfo, ...] = ()  # latest first, unavailable ones included
    configurations: tuple[Configuration, ...] = ()  # stored ones, of any worker
    models: tuple[Model, ...] = ()
    versions: tuple[ModelVersion, ...] = ()
    offers: StartOffers = field(default_factory=StartOffers)
    run_classes: tuple[str, ...] = ()  # that will be trained, as the last review found
    data_classes: tuple[str, ...] = ()  # of these, those that the training images show: a chosen model adds its own
    pretrained: PretrainedPlace | None = None  # None = not known yet
    folders: Mapping[str, Folder] = field(default_factory=dict)  # by path
    categories: tuple[Category, ...] = ()
    stated: Mapping[Split, int] = field(default_factory=dict)  # images of the sets that imports state
    data: DataOffers = field(default_factory=DataOffers)
    tasks: tuple[TaskOffer, ...] = ()  # what there is to train on the project
    n_model_made: int = 0  # accepted predictions in the project
    devices: DeviceReport | None = None  # None = a GPU is being looked for

    def worker(self, slug: str) -> WorkerInfo | None:
        return next((worker for worker in self.workers if worker.slug == slug), None)

    def dataset(self, id: str | None) -> Dataset | None:
        return next((dataset for dataset in self.data.datasets if dataset.id == id), None)

    def model(self, id: str | None) -> Model | None:
        return next((model for model in self.models if model.id == id), None)


def classes_in_data(review: TrainingReview) -> tuple[str, ...]:
    """Those of the run's classes that the training images show; all where that was not counted."""
    counts = next((found.category_counts for found in review.splits if found.split is Split.TRAIN), None)
    if counts is None or not any(counts):
        return review.categories
    return tuple(name for name, n in zip(review.categories, counts, strict=True) if n)
