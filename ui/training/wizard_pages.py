"""The wizard's pages. All but the overview are made, and filled, when they are first shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core.domain.training import TrainingDraft, TrainingReview
from core.domain.workers import WorkerInfo
from ui.training import steps
from ui.training.configuration_page import ConfigurationPage
from ui.training.data_page import DataPage
from ui.training.device_page import DevicePage
from ui.training.known import Known
from ui.training.model_page import ModelPage
from ui.training.name_page import NamePage
from ui.training.overview_page import OverviewPage
from ui.training.wizard_page import WizardPage
from ui.training.worker_page import WorkerPage

MAKERS: Mapping[str, Callable[[], WizardPage]] = {
    steps.NAME: NamePage,
    steps.WORKER: WorkerPage,
    steps.CONFIGURATION: ConfigurationPage,
    steps.MODEL: ModelPage,
    steps.DATA: DataPage,
    steps.DEVICE: DevicePage,
}
Page = TypeVar("Page", bound=WizardPage)
EVERYTHING = frozenset(field.name for field in fields(Known))


class WizardPages(QObject):
    page_made = Signal(object)  # WizardPage, filled

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known = Known()
        self._draft: TrainingDraft | None = None
        self._review: TrainingReview | None = None
        self.overview = OverviewPage()
        self.made: dict[str, WizardPage] = {steps.OVERVIEW: self.overview}

    def page(self, step: str) -> WizardPage:
        if step not in self.made:
            page = self.made[step] = MAKERS[step]()
            fill(page, self._known, EVERYTHING)
            if isinstance(page, DataPage):
                page.set_review(self._review)
            if self._draft is not None:
                show_worker(page, self._known.worker(self._draft.worker))
                if isinstance(page, DataPage):
                    page.set_task(self._draft.task)
                page.show_draft(self._draft)
            self.page_made.emit(page)
        return self.made[step]

    @property
    def name(self) -> NamePage:
        return self._page(steps.NAME, NamePage)

    @property
    def worker(self) -> WorkerPage:
        return self._page(steps.WORKER, WorkerPage)

    @property
    def configuration(self) -> ConfigurationPage:
        return self._page(steps.CONFIGURATION, ConfigurationPage)

    @property
    def model(self) -> ModelPage:
        return self._page(steps.MODEL, ModelPage)

    @property
    def data(self) -> DataPage:
        return self._page(steps.DATA, DataPage)

    @property
    def device(self) -> DevicePage:
        return self._page(steps.DEVICE, DevicePage)

    def _page(self, step: str, kind: type[Page]) -> Page:
        page = self.page(step)
        assert isinstance(page, kind)
        return page

    def step_of(self, page: WizardPage) -> str:
        return next(step for step, other in self.made.items() if other is page)

    def learn(self, known: Known, parts: Collection[str]) -> None:
        """`parts` are the fields of `known` that are news."""
        self._known = known
        for page in self.made.values():
            fill(page, known, parts)
        if "workers" in parts and self._draft is not None:
            self._show_worker(self._draft.worker)

    def show_draft(self, draft: TrainingDraft, *, source: WizardPage | None = None) -> None:
        """On every page but the one that the news come from."""
        before, self._draft = self._draft, draft
        if before is None or before.worker != draft.worker:
            self._show_worker(draft.worker)
        data = self.made.get(steps.DATA)
        if isinstance(data, DataPage):
            data.set_task(draft.task)
        for page in self.made.values():
            if page is not source and page.apply(draft) != draft:
                page.show_draft(draft)

    def set_review(self, review: TrainingReview | None) -> None:
        """On the pages that say what is used; None = it is being made."""
        self._review = review
        self.overview.set_review(review)
        page = self.made.get(steps.DATA)
        if isinstance(page, DataPage):
            page.set_review(review)

    def forget(self) -> None:
        """Another draft begins: what was tried out on the pages for the last one goes."""
        page = self.made.get(steps.CONFIGURATION)
        if isinstance(page, ConfigurationPage):
            page.forget()

    def _show_worker(self, slug: str) -> None:
        for page in self.made.values():
            show_worker(page, self._known.worker(slug))


def show_worker(page: WizardPage, worker: WorkerInfo | None) -> None:
    if isinstance(page, ConfigurationPage | DevicePage | ModelPage | DataPage):
        page.set_worker(worker)


def fill(page: WizardPage, known: Known, parts: Collection[str]) -> None:
    """Pass on what a page shows of these parts."""
    if isinstance(page, NamePage):
        if "run_name" in parts:
            page.set_proposal(known.run_name)
    elif isinstance(page, WorkerPage):
        if "workers" in parts:
            page.set_workers(known.workers)
        if "tasks" in parts:
            page.set_tasks(known.tasks)
    elif isinstance(page, ConfigurationPage):
        if "configurations" in parts:
            page.set_configurations(known.configurations)
    elif isinstance(page, ModelPage):
        _fill_model_page(page, known, parts)
    elif isinstance(page, DataPage):
        if "folders" in parts:
            page.set_folders(tuple(known.folders.values()))
        if "categories" in parts:
            page.set_categories(known.categories)
        if "stated" in parts:
            page.set_stated_sets(known.stated)
        if "data" in parts:
            page.set_data_offers(known.data)
        if "n_model_made" in parts:
            page.set_model_made(known.n_model_made)
    elif isinstance(page, DevicePage):
        if "devices" in parts:
            page.set_devices(known.devices)
    elif isinstance(page, OverviewPage) and "categories" in parts:
        page.set_categories(known.categories)


def _fill_model_page(page: ModelPage, known: Known, parts: Collection[str]) -> None:
    if "models" in parts:
        page.set_models(known.models)
    if "versions" in parts:
        page.set_versions(known.versions)
    if "offers" in parts:
        page.set_offers(known.offers)
    if "run_classes" in parts or "data_classes" in parts:
        page.set_run_classes(known.run_classes, known.data_classes)
    if "pretrained" in parts:
        page.set_pretrained(known.pretrained)
    if "model_name" in parts:
        page.set_proposal(known.model_name)
