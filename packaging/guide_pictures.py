"""Makes the guide's pictures from the real program: `python packaging/guide_pictures.py --home HOME`.

HOME must hold the sample project with a finished training of a detector; where it also holds one of a classifier
(`calque --home HOME train --worker image-classify --crop-of text_line --crop-of stamp ...`) it is pictured too.
Nothing in it is changed but what opening it changes; the picture of a run at work is taken of a short training that is
started for it, with --live, and killed afterwards. --only takes single pictures. Paths are seen in some of them: take a
home at a place that any reader could have. With --scans FOLDER pages with flaws are put there while they are pictured.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pictures_of_data import photograph_alike, photograph_flaws, photograph_statistics  # noqa: E402
from PIL import Image  # noqa: E402 - the path comes first
from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QPointF, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication, QLabel, QWidget  # noqa: E402

from app.build import Application  # noqa: E402
from app.sample_plan import sample_draft  # noqa: E402
from app.settings import SettingsStore  # noqa: E402
from core.domain.filters import Condition, Group, Joint, Operator  # noqa: E402
from core.domain.ids import ProjectId, VersionId  # noqa: E402
from core.domain.metrics import LABEL_HEADLINES  # noqa: E402
from core.domain.projects import ImageFilter, Project  # noqa: E402
from core.domain.runs import RunRecord, RunStatus  # noqa: E402
from core.home import Home  # noqa: E402
from core.samples.service import SAMPLE_NAME  # noqa: E402
from ui.imports.import_dialog import Step  # noqa: E402
from ui.models.convert_dialog import CALQUE  # noqa: E402
from ui.projects.project_page import IMAGES  # noqa: E402
from ui.theme import OKABE_ITO, ThemeMode, apply_theme, current_theme  # noqa: E402
from ui.viewer.class_menu import ClassVerb  # noqa: E402
from ui.viewer.drawing import Tool  # noqa: E402

PICTURES = ROOT / "docs" / "guide" / "pictures"
MAX_BYTES = 250_000  # of a picture in the repository
LIVE_EPOCHS = 12


class Photographer:
    """The program, a way through its pages, and a camera."""

    def __init__(
        self,
        application: Application,
        target: Path,
        mode: ThemeMode,
        size: tuple[int, int],
        only: Collection[str] = (),
    ) -> None:
        """`only` names the pictures to keep; all where it is empty."""
        self._only = only
        self._application = application
        self._target = target
        self._mode = mode
        self._is_ready = False
        application.ready.connect(self._set_ready)
        application.show()
        application.window.resize(*size)
        self.until(lambda: self._is_ready)
        assert application.features is not None
        self.features = application.features

    def _set_ready(self) -> None:
        self._is_ready = True

    def wait(self, seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], Any], seconds: float = 60) -> None:
        clock = QElapsedTimer()
        clock.start()
        while not condition():
            if clock.elapsed() > seconds * 1000:
                raise SystemExit(f"Nothing to see after {seconds:.0f} s: the home lacks what the picture shows.")
            self.wait(0.05)

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """A picture of the window, or of a dialog in front of it."""
        self.wait(0.8)
        window = self._application.window
        picture = window.grab()
        if widget is not None:
            painter = QPainter(picture)
            painter.fillRect(picture.rect(), QColor(0, 0, 0, 110))
            front = widget.grab()
            painter.drawPixmap((picture.width() - front.width()) // 2, (picture.height() - front.height()) // 2, front)
            painter.end()
        self._save(picture, name)

    def take_alone(self, name: str, dialog: QWidget) -> None:
        """A picture of a dialog without the window behind it."""
        self.wait(0.8)
        self._save(dialog.grab(), name)

    def _save(self, picture: QPixmap, name: str) -> None:
        if self._only and name not in self._only:
            return
        file = self._target / f"{name}-{self._mode.value}.png"
        picture.save(str(file))
        shrink(file)
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")

    def page(self, name: str) -> None:
        self.until(lambda: self._application.window.current_page() == name)

    def go_through(
        self, trained: RunRecord, classifier: RunRecord | None, *, is_live: bool, scans: Path | None
    ) -> None:
        self.take("start")
        self._import()
        if scans is not None:
            photograph_flaws(self, scans)
        self._project()
        photograph_statistics(self)
        photograph_alike(self)
        self._wizard()
        self._library(trained)
        self._weights(trained)
        self._try(trained)
        if classifier is not None:
            self._classifier(classifier)
        if is_live:
            self._live()

    def _import(self) -> None:
        folder = self.features.services.home.samples
        dialog = self.features.imports.new_project(folder)
        self.until(lambda: dialog.step is Step.PREVIEW)
        self.take("import", dialog)
        dialog.reject()

    def _project(self) -> None:
        features = self.features
        project = features.services.projects.find_project(SAMPLE_NAME)
        assert project is not None
        features.projects.open_project(project.id)
        self.page("project")
        self.until(lambda: features.browser.grid.ids)
        self.wait(3)
        self.take("project")
        self._classes()
        self._trash(project)
        export = features.exports.open(project)
        self.wait(1.5)  # until it is counted what there is
        self.take_alone("export", export)
        export.reject()
        ids = features.browser.grid.ids
        features.images.image_open_requested.emit(ids[1], ids)
        self.page("viewer")
        self.wait(1.5)
        self.take("viewer")
        self._labelling()
        self._filters()

    def _filters(self) -> None:
        """What is shown of filters and tags; nothing is kept."""
        features = self.features
        features.routes.show_section("project")
        self.page("project")
        hard_or_wide = (Condition("tag", Operator.EQ, "hard case"), Condition("width", Operator.GTE, 500))
        many = Condition("annotations", Operator.GT, 3)
        asked = (Condition("label", Operator.EQ, "illustration"), many, Group(Joint.OR, hard_or_wide))
        features.filters.apply(Group(items=(Condition("dir", Operator.EQ, "train"), *asked)))
        self.wait(1.5)
        self.take("filters")
        features.filters.edit_all()
        self.until(lambda: features.filters.editing.dialog)
        self.wait(1)
        self.take_alone("filter-groups", features.filters.editing.dialog)
        features.filters.editing.dialog.reject()
        features.images.clear_filters()
        self.wait(1)
        features.tags.ask_to_share_out(features.browser.grid.ids)
        self.until(lambda: features.tags.dialog)
        self.take_alone("share-out", features.tags.dialog)
        features.tags.dialog.reject()

    def _classes(self) -> None:
        """While images are chosen, so that what labels them is seen behind it."""
        features = self.features
        features.browser.grid.choose_all()
        features.project_page.class_wished.emit(ClassVerb.EDIT, None)
        self.until(lambda: features.classes.dialog is not None)
        assert features.classes.dialog is not None
        self.take("classes", features.classes.dialog)
        features.classes.dialog.reject()
        features.browser.grid.choose_none()

    def _trash(self, project: Project) -> None:
        """What is removed for the picture is restored."""
        features = self.features
        removed = features.services.trash.remove_images(project.id, features.browser.grid.ids[:12]).value
        features.project_page.show_view("trash")
        self.wait(1)
        self.take("trash")
        features.services.trash.restore_images(project.id, removed)
        features.project_page.show_view("images")
        self.wait(1)

    def _labelling(self) -> None:
        """What is begun and given up again: nothing is written."""
        page = self.features.viewer_page
        canvas = page.canvas
        shapes = [one for layer in canvas.layers.values() for one in layer.objects if not one.is_whole_image]
        page.editing.use(Tool.SELECT)
        canvas.select(shapes[-1])
        self.take("labelling-select")
        box = shapes[0].bounds
        page.edit_bar.classes.set_current(shapes[0].category)
        page.editing.use(Tool.BOX)
        for x, y, kind in ((box.x0, box.y0, QEvent.Type.MouseButtonPress), (box.x1, box.y1, QEvent.Type.MouseMove)):
            at = QPointF(*canvas.view.to_view(x, y))
            held = Qt.MouseButton.LeftButton
            event = QMouseEvent(kind, at, canvas.mapToGlobal(at), held, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(canvas, event)
        self.take("labelling-draw")
        canvas.cancel()
        page.editing.stop()

    def _wizard(self) -> None:
        features = self.features
        project = features.projects.current
        assert project is not None
        features.routes.train_current_project()
        self.page("wizard")
        self.wait(1)
        draft = sample_draft(features.services, project)
        worker = features.services.catalog.info(draft.worker)
        values = dict(worker.presets)[draft.configuration_name]
        features.wizard.set_draft(replace(draft, name="", values=values))
        self.wait(1.5)
        features.wizard.open_step("review")
        looking = [one for one in features.wizard.findChildren(QLabel) if one.text().startswith("Looking for")]
        self.until(lambda: not any(one.text().startswith("Looking for") for one in looking))
        self.wait(2)
        self.take("wizard-review")
        features.wizard.open_step("worker")
        self.take("wizard-task")
        self._wizard_data(project.id)

    def _wizard_data(self, project: ProjectId) -> None:
        """With a dataset that is gone again afterwards."""
        features = self.features
        editing = features.services.dataset_editing
        made = editing.create(project, "Drawn shapes").value.dataset
        for item, folder in zip(editing.get_dataset(made).sets, ("train", "val", "test"), strict=True):
            editing.fill(made, item.id, ImageFilter(project, folders=(folder,)))
        self._dataset()
        features.wizard.set_data_offers(features.services.training.data_offers(project))
        self._application.window.show_page("wizard", "project")
        features.wizard.open_step("data")
        features.wizard.pages.data.source().button("dataset").click()
        self.wait(2)
        self.take("wizard-data")
        editing.delete(made)

    def _dataset(self) -> None:
        self.features.routes.show_section("project")
        self.page("project")
        self.features.project_page.show_view("datasets")
        self.wait(2)
        self.take("datasets")
        self.features.project_page.show_view(IMAGES)

    def _try(self, trained: RunRecord) -> None:
        features = self.features
        features.routes.try_version(trained.version)
        self.page("try")
        features.trying.try_file(features.services.home.samples / "test" / "page_004.jpg")
        self.until(lambda: features.try_page.tried)
        self.take("try")

    def _weights(self, trained: RunRecord) -> None:
        """With the version chosen: where it lies is told by the home alone."""
        features = self.features
        features.routes.show_section("weights")
        self.page("weights")
        page = features.shelf_page
        self.until(lambda: page.n_shown)
        page.select(f"version:{trained.version}")
        self.take("weights")

    def _classifier(self, trained: RunRecord) -> None:
        features = self.features
        assert trained.version is not None
        features.routes.open_version(trained.version)
        self.page("version")
        self.wait(3)  # until it is known how sure the numbers are
        self.take("version-classifier")

    def _library(self, trained: RunRecord) -> None:
        features = self.features
        features.runs.open(trained.id)
        self.page("run")
        self.until(lambda: features.run_page.state is not None)
        self.wait(1.5)
        self.take("run")
        features.routes.show_section("runs")
        self.page("runs")
        self.take("runs")
        features.routes.show_section("models")
        self.page("models")
        self.take("models")
        assert trained.version is not None
        features.routes.open_version(trained.version)
        self.page("version")
        self.take("version")
        features.version_page.show_evaluations()
        self.until(lambda: features.version_page.evaluations.model.rowCount())
        self.wait(3)  # until it is known how sure the numbers are
        self.take("evaluations")
        details = features.version_page.details
        assert details is not None
        dialog = features.conversions.ask(details.version)
        self.until(lambda: dialog.choice.format != CALQUE)
        self.take("export-model", dialog)
        dialog.reject()
        self._study(trained.version)

    def _study(self, version: VersionId) -> None:
        features = self.features
        features.routes.see_predictions(version, "")
        self.page("study")
        page = features.study_page
        self.until(lambda: page.answer is not None and page.pane.view.canvas.image_size() is not None)
        self.wait(2)
        page.pane.select_error(1)
        self.take("study")
        page.column.bar.show_patches()
        self.wait(2)
        page.show_panel(0)
        self.take("study-patches")

    def _live(self) -> None:
        features = self.features
        project = features.projects.current
        assert project is not None
        draft = sample_draft(features.services, project)
        values = {**draft.values, "epochs": LIVE_EPOCHS}
        features.training.run_submitted.emit(features.services.training.submit(replace(draft, values=values)).value)
        self.page("run")
        self.until(lambda: (state := features.run_page.state) is not None and (state.last_epoch or 0) >= 3, 300)
        self.take("run-live")
        record = features.run_page.record
        assert record is not None and record.version is not None
        features.services.runs.kill(record.id)
        features.services.runs.remove(record.id, with_files=True)
        features.services.models.delete_version(record.version)  # none is to be seen in the next theme's pictures


def shrink(file: Path) -> None:
    """Fewer colours where a picture is too big: those of its photographs, while the program's own stay as they are."""
    with Image.open(file) as picture:
        whole = picture.convert("RGB")
    whole.save(file, optimize=True)
    if file.stat().st_size < MAX_BYTES:
        return
    own = [str(getattr(current_theme(), field.name)) for field in fields(current_theme()) if field.type == "str"]
    palette = [value for colour in (*own, *OKABE_ITO) for value in bytes.fromhex(colour.removeprefix("#"))]
    n_free = 256 - len(palette) // 3
    palette += (whole.quantize(n_free, method=Image.Quantize.MEDIANCUT).getpalette() or [])[: 3 * n_free]
    colours = Image.new("P", (1, 1))
    colours.putpalette(palette)
    whole.quantize(palette=colours, dither=Image.Dither.NONE).save(file, optimize=True)


def newest_success(application: Application, *, labels: bool = False) -> RunRecord | None:
    """The newest finished training of a model that finds objects, or of one that labels."""
    assert application.features is not None
    services = application.features.services
    for run in services.runs.list_runs():
        if run.status is RunStatus.SUCCESS and run.version is not None:
            headline = services.models.get_version(run.version).headline
            if headline is not None and (headline.metric in LABEL_HEADLINES) == labels:
                return run
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a home with a trained sample")
    parser.add_argument("--theme", choices=("light", "dark"), action="append", help="default: both")
    parser.add_argument("--size", default="1280x720", help="of the window, WIDTHxHEIGHT")
    parser.add_argument("--target", type=Path, default=PICTURES)
    parser.add_argument("--only", action="append", metavar="NAME", help="of a picture to keep; default: all")
    parser.add_argument("--scans", type=Path, metavar="FOLDER", help="pages with flaws lie there meanwhile")
    parser.add_argument("--live", action="store_true", help="also train for the picture of a run at work (minutes)")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    options.target.mkdir(parents=True, exist_ok=True)
    qt = QApplication(["calque"])
    home = Home(options.home)
    for theme in options.theme or ("light", "dark"):
        apply_theme(qt, ThemeMode(theme))
        with tempfile.TemporaryDirectory() as folder:
            application = Application(home, SettingsStore(Path(folder) / "settings.json"))
            photographer = Photographer(
                application, options.target, ThemeMode(theme), (width, height), options.only or ()
            )
            trained = newest_success(application)
            if trained is None:
                raise SystemExit("This home has no finished training. Run `calque --home HOME sample` first.")
            classifier = newest_success(application, labels=True)
            photographer.go_through(trained, classifier, is_live=options.live, scans=options.scans)
            application.leave()
            application.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
