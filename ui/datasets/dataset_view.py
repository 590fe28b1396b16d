"""One dataset: what it is called, its state, its sets with their counts, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from core.domain.datasets import Dataset, DatasetDetails, DatasetState, SetId, SetRole
from core.domain.names import shown
from ui.datasets.set_drop_table import SetDropTable
from ui.datasets.set_tables import ClassesModel, SetsModel, SmallTable
from ui.datasets.words import ROLE_HELP, ROLES, STATES, summary
from ui.icons import icon
from ui.widgets.badge import Badge
from ui.widgets.formatting import moment
from ui.widgets.labels import ElidedLabel, label, set_role
from ui.widgets.problem_table import ProblemTable
from ui.widgets.progress_line import ProgressLine

MOST_SETS = 8  # seen without scrolling


class DatasetView(QWidget):
    freeze_requested = Signal()
    train_requested = Signal()
    split_requested = Signal()
    verify_requested = Signal()
    clone_requested = Signal()
    rename_requested = Signal()
    delete_requested = Signal()
    cancel_requested = Signal()
    taking_out_requested = Signal()  # of the images that kept it from being frozen
    unique_requested = Signal(bool)
    set_add_requested = Signal()
    set_rename_requested = Signal(object)  # SetId
    set_role_requested = Signal(object, object)  # SetId, SetRole
    sets_order_requested = Signal(object)  # tuple[SetId, ...]
    set_remove_requested = Signal(object)  # SetId
    fill_requested = Signal(object)  # SetId
    images_requested = Signal(object)  # SetId
    images_dropped = Signal(object, object)  # SetId, DraggedImages

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dataset: Dataset | None = None
        self._name = ElidedLabel()
        self._name.setProperty("role", "title")
        self._state = Badge()
        self._facts = label("", "muted", wrap=True)
        self._description = label("", wrap=True)
        self._freeze = self._button("", self.tr("Free&ze…"), self.freeze_requested)
        self._train = self._button("graduation-cap", self.tr("Train…"), self.train_requested)
        self._split = self._button("shuffle", self.tr("&Split…"), self.split_requested)
        self._verify = self._button("shield-check", self.tr("Verif&y"), self.verify_requested)
        self._clone = self._button("copy", self.tr("&Clone"), self.clone_requested)
        self._rename = self._button("pencil", self.tr("Re&name…"), self.rename_requested)
        self._delete = self._button("trash-2", self.tr("De&lete…"), self.delete_requested)
        self._freeze.setIcon(icon("snowflake", role="on_accent"))
        set_role(self._freeze, "primary")
        self.progress = ProgressLine()
        self._stop = self._button("x", self.tr("Stop"), self.cancel_requested)
        self._sets = SetsModel(self)
        self._table = SetDropTable(self._sets, self.tr("Sets of the dataset"))
        self._add = self._button("plus", self.tr("A&dd a set…"), self.set_add_requested)
        self._set_menu = QMenu(self)
        self._set_actions = QPushButton(self.tr("This se&t"))
        self._set_actions.setMenu(self._set_menu)
        self._fill = QPushButton(icon("folder-plus"), self.tr("F&ill…"))
        self._show = QPushButton(icon("images"), self.tr("Show ima&ges"))
        self._unique = QCheckBox(self.tr("Each image in &one set only"))
        self._classes = ClassesModel(self)
        self._class_table = SmallTable(self._classes, self.tr("Annotations of the classes by set"))
        self._nothing = label(
            self.tr("No image yet. Choose a set and press Fill…, or put images into it by their menu."),
            "muted",
            wrap=True,
        )
        self._rest = QWidget()  # below the sets while no table is
        self._problems = ProblemTable()
        self._take_out = self._button("x", self.tr("Ta&ke these images out"), self.taking_out_requested)
        self._take_out.hide()
        self._build()
        self._connect()

    def _button(self, icon_name: str, text: str, wish: object) -> QPushButton:
        made = QPushButton(icon(icon_name), text) if icon_name else QPushButton(text)
        made.clicked.connect(lambda: wish.emit())  # type: ignore[attr-defined]
        return made

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._state)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._freeze, self._train, self._split, self._verify, self._clone, self._rename, self._delete):
            buttons.addWidget(button)
        buttons.addStretch(1)
        working = QHBoxLayout()
        working.addWidget(self.progress, 1)
        working.addWidget(self._stop)
        self._stop.hide()
        of_sets = QHBoxLayout()
        of_sets.setSpacing(8)
        for button in (self._fill, self._show, self._set_actions, self._add):
            of_sets.addWidget(button)
        of_sets.addStretch(1)
        over_sets = QHBoxLayout()
        over_sets.addWidget(label(self.tr("Sets"), "heading"), 1)
        over_sets.addWidget(self._unique)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._facts)
        column.addWidget(self._description)
        column.addLayout(buttons)
        column.addLayout(working)
        column.addWidget(self._problems, 1)
        column.addWidget(self._take_out, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)
        column.addLayout(over_sets)
        column.addWidget(self._table)
        column.addLayout(of_sets)
        column.addWidget(self._nothing)
        column.addSpacing(6)
        column.addWidget(self._class_table, 2)
        column.addWidget(self._rest, 1)

    def _connect(self) -> None:
        self._unique.clicked.connect(self.unique_requested)
        self._table.images_dropped.connect(self.images_dropped)
        self._fill.clicked.connect(lambda: self._tell(self.fill_requested))
        self._show.clicked.connect(lambda: self._tell(self.images_requested))
        self._set_menu.aboutToShow.connect(self._fill_menu)
        self._table.doubleClicked.connect(lambda _: self._tell(self.images_requested))
        self._table.selectionModel().currentChanged.connect(self._show_chosen)
        for keys, wish in (
            ("Return", self.images_requested),
            ("F2", self.set_rename_requested),
            ("Del", self.set_remove_requested),
        ):
            shortcut = QShortcut(QKeySequence(keys), self._table)
            shortcut.setContext(shortcut.context().WidgetShortcut)
            shortcut.activated.connect(lambda wish=wish: self._tell(wish))

    def show_details(self, details: DatasetDetails) -> None:
        dataset = details.dataset
        chosen = self.chosen_set()
        is_other = self.dataset is None or self.dataset.id != dataset.id
        self.dataset = dataset
        self._name.setText(shown(dataset.label))
        self._state.set_state(*STATES[dataset.state])
        self._facts.setText(self._told(details))
        self._description.setText(dataset.description)
        self._description.setVisible(bool(dataset.description))
        self._sets.set_sets(dataset.sets)
        self._table.fit_height(MOST_SETS)
        self._classes.set_classes(dataset.sets, details.classes)
        self._class_table.setVisible(bool(details.classes))
        self._nothing.setVisible(dataset.is_editable and not dataset.n_images)
        self._problems.set_problems(dataset.problems)
        self._problems.setVisible(bool(dataset.problems))
        self._rest.setVisible(not details.classes and not dataset.problems)
        self._take_out.setVisible(dataset.state is DatasetState.ERROR)
        with QSignalBlocker(self._unique):
            self._unique.setChecked(dataset.has_unique_images)
        keys = [item.id for item in dataset.sets]
        row = keys.index(chosen) if chosen in keys and not is_other else 0
        self._table.setCurrentIndex(self._sets.index(row, 0))
        self._show_chosen()

    def show_checked(self, problems: tuple[object, ...]) -> None:
        """What a check of a frozen dataset found."""
        self._problems.set_problems(problems)  # type: ignore[arg-type]
        self._problems.setVisible(bool(problems))
        self._rest.setVisible(self._class_table.isHidden() and not problems)

    def chosen_set(self) -> SetId | None:
        row = self._table.currentIndex().row()
        return self._sets.sets[row].id if 0 <= row < len(self._sets.sets) else None

    def begin_progress(self, text: str) -> None:
        self.progress.start(text)
        self._stop.show()
        self._stop.setFocus()

    def end_progress(self) -> None:
        self.progress.hide()
        self._stop.hide()

    def _told(self, details: DatasetDetails) -> str:
        dataset = details.dataset
        parts = [summary(dataset)]
        if dataset.frozen_at is not None:
            parts.append(self.tr("frozen {at}").format(at=moment(dataset.frozen_at)))
        else:
            parts.append(self.tr("changed {at}").format(at=moment(dataset.changed_at)))
        if dataset.cloned_from is not None:
            first = shown(details.first) if details.first else self.tr("a dataset that is gone")
            parts.append(self.tr("cloned from {first}").format(first=first))
        for rule in dataset.rules:
            shares = ", ".join(f"{shown(name)} {share}" for name, share in rule.shares)
            parts.append(self.tr("split {shares}, seed {seed}").format(shares=shares, seed=rule.seed))
        return " · ".join(parts)

    def _show_chosen(self) -> None:
        dataset = self.dataset
        if dataset is None:
            return
        is_chosen, is_editable = self.chosen_set() is not None, dataset.is_editable
        refusal = self.tr("A frozen dataset cannot be changed. Clone it, and put the images into a set of the clone.")
        self._table.refusal = "" if is_editable else refusal
        self._freeze.setVisible(dataset.state is not DatasetState.COMPLETE)
        self._freeze.setEnabled(is_editable and dataset.n_images > 0)
        self._freeze.setToolTip("" if dataset.n_images else self.tr("Fill its sets first."))
        self._split.setVisible(dataset.state is not DatasetState.COMPLETE)
        self._verify.setVisible(dataset.state is DatasetState.COMPLETE)
        self._train.setEnabled(dataset.state is not DatasetState.BUILDING and dataset.n_images > 0)
        for widget in (self._split, self._rename, self._add, self._set_actions, self._fill, self._unique):
            widget.setEnabled(is_editable)
        self._delete.setEnabled(dataset.state is not DatasetState.BUILDING)
        self._fill.setEnabled(is_editable and is_chosen)
        self._set_actions.setEnabled(is_editable and is_chosen)
        self._show.setEnabled(is_chosen)

    def _fill_menu(self) -> None:
        self._set_menu.clear()
        key = self.chosen_set()
        dataset = self.dataset
        if key is None or dataset is None:
            return
        order = [item.id for item in dataset.sets]
        place = order.index(key)
        self._entry(self.tr("&Rename…") + "\t" + self.tr("F2"), lambda: self._tell(self.set_rename_requested))
        roles = self._set_menu.addMenu(self.tr("Used &for"))
        for role in SetRole:
            action = roles.addAction(f"{ROLES[role]}: {ROLE_HELP[role]}")
            action.setCheckable(True)
            action.setChecked(dataset.sets[place].role is role)
            action.triggered.connect(lambda _=False, role=role: self.set_role_requested.emit(key, role))
        for text, step in ((self.tr("Move &up"), -1), (self.tr("Move &down"), 1)):
            moved = self._entry(text, lambda step=step: self._move(order, place, step))
            moved.setEnabled(0 <= place + step < len(order))
        self._set_menu.addSeparator()
        gone = self._entry(self.tr("Re&move") + "\t" + self.tr("Del"), lambda: self._tell(self.set_remove_requested))
        gone.setEnabled(len(order) > 1)

    def _entry(self, text: str, slot: object) -> QAction:
        action = self._set_menu.addAction(text)
        action.triggered.connect(lambda _=False: slot())  # type: ignore[operator]
        return action

    def _move(self, order: list[SetId], place: int, step: int) -> None:
        order[place], order[place + step] = order[place + step], order[place]
        self.sets_order_requested.emit(tuple(order))

    def _tell(self, wish: object) -> None:
        key = self.chosen_set()
        if key is not None:
            wish.emit(key)  # type: ignore[attr-defined]
