"""Which images train, validate and test, and which classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.domain.data_offers import DataOffers
from core.domain.filters import Group
from core.domain.ids import CategoryId, DatasetId, TaskId
from core.domain.projects import Category, Folder
from core.domain.snapshots import Split
from core.domain.tasks import TaskInfo
from core.domain.training import Issue, TrainingDraft, TrainingReview
from core.domain.workers import WorkerInfo
from ui.forms.labelled_field import LabelledField
from ui.forms.number_field import NumberField
from ui.forms.problem_label import ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.forms.switch import Switch
from ui.training.carving import Carving
from ui.training.class_checklist import ClassChecklist
from ui.training.conditions_section import ConditionsSection
from ui.training.data_slots import make_slots
from ui.training.dataset_choice import DatasetChoice
from ui.training.filter_dialog import FilterDialog
from ui.training.folder_picker import FolderPicker
from ui.training.folder_sums import FolderSum, sum_of
from ui.training.label_section import LabelSection
from ui.training.split_slot import SplitSlot
from ui.training.used_section import UsedSection
from ui.training.wizard_page import WizardPage, card
from ui.widgets.formatting import count
from ui.widgets.labels import label

MAX_SEED = 2**31 - 1
DATASET, FOLDERS = "dataset", "folders"


class DataPage(WizardPage):
    filter_wanted = Signal(object)  # Group: its JSON and what it finds are to be told by `set_filter_found`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Data"),
            self.tr("A dataset says which images train, validate and test; or choose by folder, tag, set or filter."),
            parent,
        )
        self._folders: tuple[Folder, ...] = ()
        self._categories: tuple[Category, ...] = ()
        self._ratio = 0.2
        self._seed = 0
        self._carving = Carving()
        self._labelled: dict[str, int] = {}  # images or crops of each class, as far as reviews counted them
        self._offers = DataOffers()
        self._last_dataset: DatasetId | None = None  # the one before the person looked at folders
        self._source = RadioGroup()
        self._dataset = DatasetChoice()
        self._dialog: FilterDialog | None = None
        self._slots = make_slots(self._carving)
        self._classes = ClassChecklist()
        self._worker: WorkerInfo | None = None
        self._task_id: TaskId | None = None
        self._conditions = ConditionsSection()
        self._labels = LabelSection()
        self._used = UsedSection()
        self._background = Switch(self.tr("Use ima&ges without objects"))
        self._background_hint = label("", "muted", wrap=True)
        self._background_problem = ProblemLabel()
        self._model_made = Switch()
        self._model_made_hint = label("", "muted", wrap=True)
        self._seed_field = NumberField(is_whole=True, minimum=0, maximum=MAX_SEED)
        self._seed_line = LabelledField(
            self.tr("See&d"),
            self._seed_field,
            help_text=self.tr("Fixes every choice left to chance: which images are held back, and in which order."),
        )
        self._lay_out()
        self.add_spot("dataset", self._dataset)
        self.add_spot("train_folders", self._slots["train"])
        self.add_spot("val_folders", self._slots["val"])
        self.add_spot("test_folders", self._slots["test"])
        self.add_spot("val_ratio", self._carving)
        self.add_spot("seed", self._seed_line)
        self.add_spot("categories", self._classes)
        self.add_spot("crop_of", self._labels)
        self.add_spot("conditions", self._conditions)
        self.add_spot("use_images_without_objects", self._background_problem)
        for key, slot in self._slots.items():
            slot.paths_changed.connect(self._count_again)
            slot.stated_changed.connect(self._count_again)
            slot.filter_changed.connect(self._count_again)
            slot.show_filter_requested.connect(self._show_filter)
            slot.choose_requested.connect(lambda key=key: self.open_picker(key))
        self._source.chosen.connect(self._choose_source)
        self._dataset.changed.connect(self._count_again)
        self._carving.changed.connect(self.changed)
        self._seed_field.number_edited.connect(self.changed)
        self._classes.chosen_changed.connect(self.changed)
        self._labels.chosen_changed.connect(self._labels_changed)
        self._conditions.conditions_changed.connect(self._count_again)
        self._background.clicked.connect(lambda _on: self.changed.emit())
        self._model_made.clicked.connect(lambda _on: self._count_again())
        self.set_model_made(0)
        self._refresh_task()

    def _lay_out(self) -> None:
        self._source.add(DATASET, self.tr("&A dataset"), " ", self._dataset)
        self._source.add(
            FOLDERS,
            self.tr("Fo&lders, tags, sets and filters"),
            self.tr("Each set by itself, from what is in the project now. The three sets must not overlap."),
        )
        self._add_card(self.tr("Where the images come from"), self._source)
        for slot in self._slots.values():
            self.column.addWidget(slot)
        self._add_card(self.tr("Which of these images"), self._conditions)
        self._labels_card = self._add_card(self.tr("What is labelled"), self._labels)
        self._add_card(self.tr("Classes"), self._classes)
        self._add_card(self.tr("What is used"), self._used)
        frame, column = card()
        column.addWidget(self._background)
        column.addWidget(self._background_hint)
        column.addWidget(self._background_problem)
        column.addSpacing(4)
        column.addWidget(self._model_made)
        column.addWidget(self._model_made_hint)
        column.addSpacing(4)
        column.addWidget(self._seed_line)
        self.column.addWidget(frame)
        self.column.addStretch(1)

    def _add_card(self, title: str, content: QWidget) -> QWidget:
        frame, column = card()
        column.addWidget(label(title, "heading"))
        column.addWidget(content)
        self.column.addWidget(frame)
        return frame

    # From outside

    def set_folders(self, folders: Sequence[Folder]) -> None:
        self._folders = tuple(folders)
        by_path = {folder.path: folder for folder in folders}
        for slot in self._slots.values():
            slot.set_folders(by_path)
        self._refresh()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._categories = tuple(categories)
        self._conditions.set_categories(categories)
        self._used.set_categories(categories)
        self._refresh()

    def set_worker(self, worker: WorkerInfo | None) -> None:
        """What is asked for depends on its task."""
        self._worker = worker
        self._refresh_task()

    def set_task(self, task: TaskId | None) -> None:
        """The draft's; None = the method's first."""
        if task != self._task_id:
            self._labelled = {}
        self._task_id = task
        self._refresh_task()

    def set_review(self, review: TrainingReview | None) -> None:
        """None = it is being made."""
        self._used.set_review(review)
        if review is None or not review.splits:
            return
        if not review.draft.categories:  # then it looked for every class
            self._labelled = dict.fromkeys((category.name for category in self._categories), 0)
        counted = {Split.TRAIN, Split.VAL} if review.is_val_carved else {Split.TRAIN}
        for index, name in enumerate(review.categories):
            of_sets = (found.category_counts[index] for found in review.splits if found.split in counted)
            self._labelled[name] = sum(of_sets)
        self._refresh_classes()

    def set_stated_sets(self, counts: Mapping[Split, int]) -> None:
        """Images of the sets that imports state."""
        for key, slot in self._slots.items():
            slot.set_n_stated(counts.get(Split(key), 0))

    def set_data_offers(self, offers: DataOffers) -> None:
        """Datasets and saved filters of the project, and how many images have the tags of the sets."""
        self._offers = offers
        self._dataset.set_datasets(offers.datasets)
        for key, slot in self._slots.items():
            slot.set_filter_offers(offers.filters, offers.tagged.get(Split(key), 0), offers.datasets)
        self._refresh()

    def set_filter_found(self, filter: Group, text: str, n_images: int) -> None:
        """The JSON of a filter that was wanted, and how many images match. Dropped when its dialog was closed."""
        if self._dialog is not None and self._dialog.filter == filter:
            self._dialog.set_found(text, n_images)

    def set_filter_failed(self, filter: Group, text: str) -> None:
        if self._dialog is not None and self._dialog.filter == filter:
            self._dialog.set_failed(text)

    def set_model_made(self, number: int) -> None:
        """Accepted predictions in the project."""
        self._model_made.setText(self.tr("Include annotations made by models ({n})").format(n=count(number)))
        self._model_made.updateGeometry()
        if number:
            text = self.tr(
                "Predictions that somebody accepted or corrected. They are no ground truth; where they are wrong, the "
                "model learns its own mistakes."
            )
        else:
            text = self.tr("There are none in this project: no prediction has been accepted.")
        self._model_made_hint.setText(text)

    def show_draft(self, draft: TrainingDraft) -> None:
        self._ratio, self._seed = draft.val_ratio, draft.seed
        for key, paths in (("train", draft.train_folders), ("val", draft.val_folders), ("test", draft.test_folders)):
            self._slots[key].set_paths(paths)
            self._slots[key].set_stated(Split(key) in draft.stated_sets)
            self._slots[key].set_filter(draft.filter_of(Split(key)))
        self._dataset.set_choice(draft.dataset, draft.dataset_sets)
        self._source.set_key(DATASET if draft.dataset is not None else FOLDERS)
        if draft.categories != self._classes.chosen():
            self._classes.set_chosen(draft.categories)
        self._labels.set_crop_of(draft.crop_of)
        self._refresh_task()
        self._conditions.set_conditions(draft.conditions)
        self._carving.set_ratio(draft.val_ratio)
        if draft.seed != self._seed_field.number():
            self._seed_field.set_number(draft.seed)
        self._background.setChecked(draft.use_images_without_objects)
        self._model_made.setChecked(draft.include_model_annotations)
        self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        ratio, seed = self._carving.ratio(), self._seed_field.number()
        self._ratio = self._ratio if ratio is None else ratio
        self._seed = seed if isinstance(seed, int) else self._seed
        is_dataset = self._is_of_dataset()
        slots = {} if is_dataset else {Split(key): slot for key, slot in self._slots.items()}
        folders = {split: slots[split].paths() if split in slots else () for split in Split}
        chosen = (slot.filter.choice() for slot in slots.values())
        return replace(
            draft,
            train_folders=folders[Split.TRAIN],
            val_folders=folders[Split.VAL],
            test_folders=folders[Split.TEST],
            stated_sets=tuple(split for split, slot in slots.items() if slot.stated.isChecked()),
            filters=tuple(item for item in chosen if item is not None),
            dataset=self._dataset.chosen() if is_dataset else None,
            dataset_sets=self._dataset.chosen_names() if is_dataset else (),
            val_ratio=self._ratio,
            seed=self._seed,
            categories=self._classes.chosen(),
            use_images_without_objects=self._background.isChecked(),
            include_model_annotations=self._model_made.isChecked(),
            crop_of=self._labels.crop_of() if self._is_labelling() else draft.crop_of,
            conditions=self._conditions.conditions(),
        )

    def own_issues(self) -> tuple[Issue, ...]:
        issues = list(self._carving.own_issues()) if self._is_carved() else []
        if not isinstance(self._seed_field.number(), int):
            issues.append(Issue("E-132", self.tr("The seed must be a whole number."), "data", True, "seed"))
        if self._is_labelling() and self._labels.is_nothing_chosen:
            text = self.tr("Choose the classes whose shapes are cut out.")
            issues.append(Issue("E-240", text, "data", True, "crop_of"))
        if self._classes.is_nothing_chosen:
            issues.append(Issue("E-240", self.tr("Choose at least one class."), "data", True, "categories"))
        return tuple(issues)

    def focus_first(self) -> None:
        self._source.button(self._source.key() or FOLDERS).setFocus()

    def slot(self, key: str) -> SplitSlot:
        """ "train", "val" or "test"."""
        return self._slots[key]

    def classes(self) -> ClassChecklist:
        return self._classes

    def carving(self) -> Carving:
        return self._carving

    def labels(self) -> LabelSection:
        return self._labels

    def conditions(self) -> ConditionsSection:
        return self._conditions

    def used(self) -> UsedSection:
        return self._used

    def source(self) -> RadioGroup:
        return self._source

    def dataset(self) -> DatasetChoice:
        return self._dataset

    def filter_dialog(self) -> FilterDialog | None:
        """The one that is open."""
        return self._dialog

    def open_picker(self, key: str) -> FolderPicker:
        slot = self._slots[key]
        picker = FolderPicker(self.tr("{set}: choose folders").format(set=slot.title), self)
        uses = {path: other.title for name, other in self._slots.items() if name != key for path in other.paths()}
        picker.set_content(self._folders, self._categories, chosen=slot.paths(), uses=uses)
        picker.folders_chosen.connect(slot.take_paths)
        picker.finished.connect(picker.deleteLater)
        picker.open()
        return picker

    def _choose_source(self, key: str) -> None:
        if key == DATASET:
            self._dataset.set_choice(self._last_dataset or self._dataset.first(), ())
        else:
            self._last_dataset = self._dataset.chosen()
        self._count_again()

    def _show_filter(self, filter: Group) -> None:
        self._dialog = FilterDialog(filter, self)
        self._dialog.finished.connect(lambda _result: setattr(self, "_dialog", None))
        self._dialog.open()
        self.filter_wanted.emit(filter)

    def _is_of_dataset(self) -> bool:
        return self._source.key() == DATASET

    def _is_carved(self) -> bool:
        """Nothing was chosen to validate on."""
        if self._is_of_dataset():
            return self._dataset.dataset() is not None and not self._dataset.has_set_for(Split.VAL)
        return not self._slots["val"].is_chosen

    def _task(self) -> TaskInfo | None:
        """The draft's, else the method's first."""
        tasks = self._worker.tasks if self._worker is not None else ()
        return next((task for task in tasks if self._task_id in (None, task.id)), None)

    def _is_labelling(self) -> bool:
        task = self._task()
        return task is not None and task.labels

    def _labels_changed(self) -> None:
        self._refresh_task()
        self._count_again()

    def _refresh_task(self) -> None:
        task = self._task()
        labels = task is not None and task.labels
        self._labels_card.setVisible(labels)
        has_negatives = task is None or not (labels and task.is_exclusive)
        for part in (self._background, self._background_hint):
            part.setVisible(has_negatives)
        if not labels:
            self._background.setText(self.tr("Use ima&ges without objects"))
            text = self.tr(
                "Images on which nothing is annotated then teach the model what is not an object. "
                "Switch it on only if really nothing is on them."
            )
        else:
            is_cropped = self._labels.crops.isChecked()
            self._background.setText(
                self.tr("Use crops with other classes only as ne&gatives")
                if is_cropped
                else self.tr("Use ima&ges with other classes only as negatives")
            )
            text = self.tr(
                "What is said to show no class is always used as a negative, and what nobody labelled never. Switch "
                "it on if everything was looked at for each of the classes."
            )
        self._background.updateGeometry()
        self._background_hint.setText(text)

    def _countable(self, counts: Mapping[CategoryId, int]) -> Mapping[CategoryId, int]:
        """Of the classes that are learned when none are chosen: of crops of several classes these, else the others."""
        cut = self._labels.crop_of() if self._is_labelling() else ()
        if not cut:
            return counts
        known = {category.id for category in self._categories if category.name in cut}
        return {id: n for id, n in counts.items() if (id in known) == (len(cut) > 1)}

    def _count_again(self) -> None:
        """What is learned from is another."""
        self._labelled = {}
        self._refresh()
        self.changed.emit()

    def _total(self) -> FolderSum:
        """Of the training folders; of the project where its stated sets, a filter or a dataset choose."""
        train = self._slots["train"]
        is_whole = self._is_of_dataset() or not (train.are_folders_whole or train.paths())
        return sum_of(("",), {folder.path: folder for folder in self._folders}) if is_whole else train.sum()

    def _are_sums_true(self) -> bool:
        """The sums of the folders say what is in the training data; else the review does, a moment later."""
        return not self._is_of_dataset() and self._slots["train"].are_folders_whole

    def _refresh_classes(self) -> None:
        self._classes.set_content(self._categories, self._countable(self._total().category_counts))
        counted = {one.id: self._labelled[one.name] for one in self._categories if one.name in self._labelled}
        if self._is_labelling():
            self._classes.set_labelled(counted, "crop" if self._labels.crop_of() else "image")
        elif not self._are_sums_true():
            self._classes.set_labelled(counted, "object")

    def _refresh(self) -> None:
        is_dataset, total = self._is_of_dataset(), self._total()
        has_datasets = bool(self._offers.datasets)
        self._source.set_available(DATASET, has_datasets)
        nothing = self.tr("This project has no dataset yet. Make one on its page “Datasets”.")
        some = self.tr("A named choice of images in sets. It is frozen before it is trained on, and stays as it is.")
        self._source.set_help(DATASET, some if has_datasets else nothing)
        for key, slot in self._slots.items():
            slot.set_of_dataset(is_dataset)
            slot.setVisible(not is_dataset or (key == "val" and self._is_carved()))
        self._carving.setVisible(self._is_carved())
        self._carving.set_images(total.n_annotated if self._are_sums_true() else 0)  # else it is not known how many
        self._refresh_classes()
        self._labels.set_content(self._categories, total.category_counts)
