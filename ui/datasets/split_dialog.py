"""The split assistant: shares, seed and groups, and what the split would be while one still chooses."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.domain.dataset_words import images_words
from core.domain.datasets import Dataset, DatasetClass, DatasetSet, SetRole
from core.domain.names import shown
from core.domain.projects import ImageFilter
from core.domain.splitting import USUAL_SHARES, Grouping, SplitDraft, SplitPlan
from ui.datasets.set_tables import ClassesModel, SmallTable
from ui.widgets.form_rows import FormRows
from ui.widgets.formatting import counted
from ui.widgets.labels import label, set_role

ASKED_AFTER_MS = 300  # of quiet, so that not every key asks
_GROUPINGS = (
    (Grouping.SOURCES, "Pages of a book, shots of a film"),
    (Grouping.NONE, "Nothing but copies of one file"),
    (Grouping.FOLDER, "Images of one folder"),
    (Grouping.PATTERN, "Names that say the same"),
    (Grouping.DUPLICATES, "Images that look alike"),
)


class SplitDialog(QDialog):
    plan_requested = Signal(object)  # SplitDraft
    apply_requested = Signal(object)  # SplitPlan

    def __init__(self, dataset: Dataset, n_project: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr('Split "{name}"').format(name=shown(dataset.name)))
        self.resize(640, 660)
        self._dataset = dataset
        self._plan: SplitPlan | None = None
        self._shares = [QLineEdit() for _ in dataset.sets]
        self._unit = QComboBox()
        self._unit.addItem(self.tr("in %"), False)
        self._unit.addItem(self.tr("as ratios"), True)
        self._unit.setAccessibleName(self.tr("How shares are written"))
        self._chosen = QComboBox()
        self._chosen.addItem(self.tr("Those of the dataset ({n})").format(n=images_words(dataset)), False)
        self._chosen.addItem(self.tr("All of the project ({n})").format(n=counted(n_project, "image")), True)
        self._chosen.setCurrentIndex(0 if dataset.n_images else 1)
        self._seed = QSpinBox()
        self._seed.setRange(0, 2**31 - 1)
        self._seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self._grouping = QComboBox()
        for kind, text in _GROUPINGS:
            self._grouping.addItem(text, kind.value)
        self._pattern = QLineEdit(r"(.*)_p\d+")
        self._pattern.setAccessibleName(self.tr("Pattern with a group in brackets"))
        self._stratified = QCheckBox(self.tr("Give each &class its share in every set"))
        self._stratified.setChecked(True)
        self._missing = QCheckBox(self.tr("&Allow sets that lack a class"))
        self._model = ClassesModel(self, of_images=True)
        self._table = SmallTable(self._model, self.tr("Images of the classes by set"))
        self._told = label("", "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._apply = QPushButton(self.tr("Split"))
        set_role(self._apply, "primary")
        self._apply.setEnabled(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ASKED_AFTER_MS)
        self._timer.timeout.connect(self.ask_now)
        self._build()
        self._fill_shares()
        self._connect()
        self._timer.start(0)

    def _build(self) -> None:
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        shares = QHBoxLayout()
        for item, field in zip(self._dataset.sets, self._shares, strict=True):
            name = label(shown(item.name))
            name.setBuddy(field)
            field.setMaximumWidth(90)
            field.setAccessibleName(self.tr('Share of "{name}"').format(name=shown(item.name)))
            shares.addWidget(name)
            shares.addWidget(field)
        shares.addWidget(self._unit)
        shares.addStretch(1)
        form.add_field(self.tr("Shares"), shares)
        form.add_field(self.tr("&Images"), self._chosen)
        form.add_field(self.tr("&Seed"), self._seed)
        form.add_field(self.tr("Stay &together"), self._grouping)
        form.add_field(self.tr("&Pattern"), self._pattern)
        self._form = form
        buttons = QDialogButtonBox()
        buttons.addButton(self._apply, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._stratified)
        column.addWidget(self._missing)
        column.addSpacing(4)
        column.addWidget(self._told)
        column.addWidget(self._problem)
        column.addWidget(self._table, 1)
        column.addWidget(buttons)

    def _connect(self) -> None:
        for place, field in enumerate(self._shares):
            field.textEdited.connect(lambda _, place=place: self._link(place))
        self._pattern.textEdited.connect(lambda _: self._wait())
        self._unit.activated.connect(lambda _: self._change_unit())
        for combo in (self._chosen, self._grouping):
            combo.activated.connect(lambda _: self._wait())
        self._seed.valueChanged.connect(lambda _: self._wait())
        for box in (self._stratified, self._missing):
            box.clicked.connect(lambda _: self._wait())
        self._show_pattern()

    def _fill_shares(self) -> None:
        """The usual ones for the first set of each role; with a set for training and one for validation, 80 and 20."""
        is_ratio = bool(self._unit.currentData())
        first: dict[SetRole, int] = {}
        for place, item in enumerate(self._dataset.sets):
            first.setdefault(item.role, place)
        usual = {SetRole(name): share for name, share in USUAL_SHARES}
        if SetRole.TEST not in first or is_ratio:
            usual = {SetRole.TRAIN: "0.8" if is_ratio else "80", SetRole.VAL: "0.2" if is_ratio else "20"}
        for place, field in enumerate(self._shares):
            role = self._dataset.sets[place].role
            field.setText(usual.get(role, "" if is_ratio else "0") if first[role] == place else "" if is_ratio else "0")

    def _change_unit(self) -> None:
        self._fill_shares()
        self._wait()

    def _link(self, place: int) -> None:
        """Of two sets with a share, the other one follows."""
        others = [index for index, field in enumerate(self._shares) if index != place and field.text().strip()]
        others = [index for index in others if self._shares[index].text().strip() != "0"]
        if len(others) == 1:
            with QSignalBlocker(self._shares[others[0]]):
                rest = _rest(self._shares[place].text(), 1 if self._unit.currentData() else 100)
                if rest:
                    self._shares[others[0]].setText(rest)
        self._wait()

    def _wait(self) -> None:
        self._show_pattern()
        self._plan = None
        self._apply.setEnabled(False)
        self._timer.start()

    def _show_pattern(self) -> None:
        self._form.setRowVisible(self._pattern, self._grouping.currentData() == Grouping.PATTERN.value)

    def draft(self) -> SplitDraft:
        pairs = [(item.id, field.text()) for item, field in zip(self._dataset.sets, self._shares, strict=True)]
        return SplitDraft(
            tuple((key, text) for key, text in pairs if text.strip()),
            is_ratio=bool(self._unit.currentData()),
            seed=self._seed.value(),
            is_stratified=self._stratified.isChecked(),
            grouping=Grouping(self._grouping.currentData()),
            pattern=self._pattern.text(),
            chosen=ImageFilter(self._dataset.project) if self._chosen.currentData() else None,
            allows_missing=self._missing.isChecked(),
        )

    def ask_now(self) -> None:
        self._told.setText(self.tr("Counting…"))
        self.plan_requested.emit(self.draft())

    def show_plan(self, plan: SplitPlan) -> None:
        """What it would be; it can be applied when nothing is wrong with it. An answer to what was asked before the
        last change is not shown: another one is on its way."""
        if self._timer.isActive():
            return
        self._plan = plan
        self._apply.setEnabled(plan.can_apply)
        self._problem.setText("\n".join(issue.in_words for issue in plan.issues))
        self._problem.setVisible(bool(plan.issues))
        names = {item.id: item.name for item in self._dataset.sets}
        sizes = ", ".join(f"{shown(names[key])} {counted(len(images), 'image')}" for key, images in plan.sets)
        groups = "" if plan.n_groups is None else self.tr(", {n}").format(n=counted(plan.n_groups, "group"))
        if self._grouping.currentData() == Grouping.SOURCES.value and plan.n_groups is None and plan.can_apply:
            groups = self.tr(". Neither names nor folders tell of books or films.") if not plan.issues else ""
        self._told.setText(f"{sizes}{groups}")
        sets = [DatasetSet(key, names[key], SetRole.EXTRA) for key, _ in plan.sets]
        rows = [
            DatasetClass(item.name, tuple((key, n, n) for key, n in item.n_images.items())) for item in plan.classes
        ]
        self._model.set_classes(sets, rows)

    def show_problem(self, text: str) -> None:
        self._told.clear()
        self._problem.setText(text)
        self._problem.show()
        self._apply.setEnabled(self._plan is not None and self._plan.can_apply)

    def _submit(self) -> None:
        if self._plan is not None and self._plan.can_apply:
            self._apply.setEnabled(False)
            self.apply_requested.emit(self._plan)


def _rest(text: str, whole: int) -> str:
    """What is left for the other of two; "" where the text is no share. Exact: 1 - 0.12345 is 0.87655."""
    from decimal import Decimal, InvalidOperation

    try:
        rest = Decimal(whole) - Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return ""
    return format(rest.normalize(), "f") if rest.is_finite() and 0 <= rest <= whole else ""
