"""A person who does what comes to mind to a project, each step as it can be taken back and done again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.datasets.editing import DatasetEditing
from core.domain.categories import Labelling
from core.domain.checks import CheckWish
from core.domain.datasets import DatasetId
from core.domain.filters import Condition, Group, Operator
from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.labelling import NewShape, Seen, ShapeEdit
from core.errors import CalqueError
from core.judgements.bulk_tags import BulkTagService
from core.labelling.service import LabellingService
from core.registry.stores.annotation_steps import Step
from tests.core.labelling.undo_site import Site

# What only grows or is made anew: how often something was written, and what is kept to find it faster.
_REVISIONS = {"image": {"revision"}, "project": {"revision"}, "dataset": {"revision", "changed_at"}}
_NOT_DATA = {"image_change", "image_block", "sqlite_sequence", "sqlite_stat1", "alembic_version", "trashed_image"}
_KNOWN_COLUMNS: dict[str, str] = {}


@dataclass
class Turn:
    """A step that was done: `turn` takes it back, and then does it again, and so on."""

    text: str
    turn: Callable[[], Any]
    before: dict[str, Any] = field(default_factory=dict)  # all rows
    after: dict[str, Any] = field(default_factory=dict)


class Person:
    """Does what comes to mind to a project."""

    def __init__(self, project: Site, seed: int) -> None:
        self._project = project
        self._random = random.Random(seed)
        self._labelling = LabellingService(project.registry)
        self._datasets = DatasetEditing(project.registry)
        self._tags = BulkTagService(project.registry)

    def act(self, verb: str) -> Turn:
        """Raises CalqueError where it is refused."""
        return Turn(verb, getattr(self, f"do_{verb}")())

    # --- labelling

    def do_draw(self) -> Callable[[], Any]:
        image = self._image()
        shapes = [NewShape(image, self._category(), self._shape()) for _ in range(self._random.randint(1, 3))]
        return self._labelled(self._labelling.add(shapes, seen=self._seen([image]), author="Ada").value.step)

    def do_reshape(self) -> Callable[[], Any]:
        image = self._image()
        edits = [ShapeEdit(one, self._shape()) for one in self._shapes_on(image)]
        return self._labelled(self._labelling.change(edits, seen=self._seen([image]), author="Bo").value.step)

    def do_reclassify(self) -> Callable[[], Any]:
        image = self._image()
        edits = [ShapeEdit(one, category=self._category()) for one in self._some(self._all_on(image))]
        return self._labelled(self._labelling.change(edits, seen=self._seen([image]), author="Bo").value.step)

    def do_delete(self) -> Callable[[], Any]:
        image = self._image()
        gone = self._some(self._all_on(image))
        return self._labelled(self._labelling.delete(gone, seen=self._seen([image])).value.step)

    def do_set_whole(self) -> Callable[[], Any]:
        images = self._images()
        labels = {one: {self._category() for _ in range(self._random.randint(0, 2))} for one in images}
        return self._labelled(self._labelling.set_whole(labels, seen=self._seen(images), author="Ada").value.step)

    def do_set_without_concept(self) -> Callable[[], Any]:
        images = self._images()
        seen = self._seen(images)
        return self._labelled(self._labelling.set_without_concept(images, seen=seen, author="Ada").value.step)

    # --- classes

    def do_add_class(self) -> Callable[[], Any]:
        name = f"new {self._random.randint(0, 5)}"
        return self._categorised(self._project.categories.add(self._project.id, name, "#00ff00").value.done)

    def do_rename_class(self) -> Callable[[], Any]:
        name = f"new {self._random.randint(0, 5)}"
        return self._categorised(self._project.categories.rename(self._project.id, self._category(), name).value)

    def do_recolour_class(self) -> Callable[[], Any]:
        colour = self._random.choice(["", "#112233"])
        return self._categorised(self._project.categories.recolour(self._project.id, self._category(), colour).value)

    def do_merge_classes(self) -> Callable[[], Any]:
        sources = [self._category() for _ in range(self._random.randint(1, 2))]
        return self._categorised(self._project.categories.merge(self._project.id, sources, self._category()).value.done)

    def do_delete_class(self) -> Callable[[], Any]:
        removes = self._random.random() < 0.5
        gone = self._project.categories.delete(self._project.id, self._category(), removes_images=removes)
        return self._categorised(gone.value.done)

    def do_label_images(self) -> Callable[[], Any]:
        labelling = self._random.choice(list(Labelling))
        category = self._category() if labelling.takes_class else None
        done = self._project.categories.label_images(self._project.id, self._images(), labelling, category, author="Cy")
        return self._categorised(done.value.done)

    def do_label_images_as(self) -> Callable[[], Any]:
        name = f"new {self._random.randint(0, 5)}"
        done = self._project.categories.label_images_as(
            self._project.id, self._images(), Labelling.ADD, name, author="Cy"
        )
        return self._categorised(done.value.done)

    # --- tags, the trash, datasets

    def do_tag(self) -> Callable[[], Any]:
        give, take = self._random.sample(["hard", "train", "mine"], 2)
        step = self._tags.edit(self._project.id, self._images(), give=[give], take=[take]).value
        return self._turning(step, self._tags.undo)

    def do_share_out(self) -> Callable[[], Any]:
        images, keeps = self._images(), self._random.random() < 0.5
        shared = self._tags.share_out(self._project.id, images, (50, 30, 20), 1, keeps=keeps).value
        return self._turning(shared.step, self._tags.undo)

    def do_remove_images(self) -> Callable[[], Any]:
        trash, id = self._project.trash, self._project.id
        gone = trash.remove_images(id, self._images()[:2]).value
        back = [lambda: trash.remove_images(id, gone), lambda: trash.restore_images(id, gone, is_whole=True)]

        def turn() -> None:
            back[-1]()
            back.reverse()

        return turn

    def do_make_dataset(self) -> Callable[[], Any]:
        name = f"Set {self._random.randint(0, 9)}"
        made = self._datasets.create(self._project.id, name, has_unique_images=self._random.random() < 0.5)
        return self._turning(made.value, self._datasets.undo)

    def do_fill_dataset(self) -> Callable[[], Any]:
        id, sets = self._dataset()
        set, images = self._random.choice(sets), ImageIds.of(self._images())
        edit = self._datasets.add_images(id, set, images, moves=self._random.random() < 0.5)
        return self._turning(edit.value, self._datasets.undo)

    def do_split_dataset(self) -> Callable[[], Any]:
        id, sets = self._dataset()
        images = self._images()
        assigned = [(sets[0], ImageIds.of(images[:3])), (sets[1], ImageIds.of(images[3:]))]
        return self._turning(self._datasets.assign(id, assigned).value, self._datasets.undo)

    def do_take_out_of_dataset(self) -> Callable[[], Any]:
        id, sets = self._dataset()
        edit = self._datasets.remove_images(id, ImageIds.of(self._images()), self._random.choice([None, *sets]))
        return self._turning(edit.value, self._datasets.undo)

    def do_remove_unfit(self) -> Callable[[], Any]:
        failed = [one for one in self._datasets.list_datasets(self._project.id) if one.problems]
        if not failed:
            raise CalqueError("There is none.")
        return self._turning(self._datasets.remove_unfit(self._random.choice(failed).id).value, self._datasets.undo)

    def do_edit_dataset(self) -> Callable[[], Any]:
        id, sets = self._dataset()
        edit = self._random.choice(
            [
                lambda: self._datasets.rename(id, f"Other {self._random.randint(0, 3)}"),
                lambda: self._datasets.describe(id, "What it is for."),
                lambda: self._datasets.add_set(id, f"extra {self._random.randint(0, 3)}"),
                lambda: self._datasets.remove_set(id, self._random.choice(sets)),
                lambda: self._datasets.order_sets(id, sets[::-1]),
                lambda: self._datasets.clone(id),
                lambda: self._datasets.delete(id),
            ]
        )()
        return self._turning(edit.value, self._datasets.undo)

    # --- filters, repairs

    def do_save_filter(self) -> Callable[[], Any]:
        name = f"filter {self._random.randint(0, 2)}"
        chosen = Group(items=(Condition("tag", Operator.EQ, self._random.choice(["hard", "mine"])),))
        replaces = self._random.random() < 0.5
        step = self._project.filters.save(self._project.id, name, chosen, replaces=replaces).value
        return self._turning(step, self._project.filters.undo)

    def do_change_filter(self) -> Callable[[], Any]:
        known = self._project.filters.list_filters(self._project.id)
        if not known:
            raise CalqueError("There is none.")
        chosen = self._random.choice(known).id
        if self._random.random() < 0.5:
            step = self._project.filters.delete(self._project.id, chosen).value
        else:
            step = self._project.filters.rename(self._project.id, chosen, f"filter {self._random.randint(0, 2)}").value
        return self._turning(step, self._project.filters.undo)

    def do_repair(self) -> Callable[[], Any]:
        datasets = [None, *(one.id for one in self._datasets.list_datasets(self._project.id))]
        wish = CheckWish(compares_pictures=False, looks_at_files=False)
        report = self._project.checks.run(self._project.id, self._random.choice(datasets), wish=wish)
        offered = [one for one in report.findings if one.repair is not None]
        if not offered:
            raise CalqueError("There is nothing.")
        done = self._project.checks.repair(report, self._random.choice(offered)).value
        return self._turning(done, self._project.checks.undo)

    # --- parts

    def _labelled(self, step: Step) -> Callable[[], Any]:
        newest = [step]

        def turn() -> None:
            newest[0] = self._labelling.take_back(newest[0]).value.step

        return turn

    def _categorised(self, done: Any) -> Callable[[], Any]:
        return self._turning(done, self._project.categories.undo)

    @staticmethod
    def _turning(step: Any, undo: Callable[[Any], Any]) -> Callable[[], Any]:
        newest = [step]

        def turn() -> None:
            newest[0] = undo(newest[0]).value

        return turn

    def _dataset(self) -> tuple[DatasetId, list[Any]]:
        found = self._datasets.list_datasets(self._project.id)
        if not found:
            raise CalqueError("There is none.")
        chosen = self._random.choice(found)
        return chosen.id, [one.id for one in chosen.sets] * 2

    def _all_images(self) -> list[ImageId]:
        keys = self._project.run("SELECT id FROM image ORDER BY id")
        return [ImageId(str(key)) for (key,) in keys]

    def _images(self) -> list[ImageId]:
        found = self._all_images()
        return self._random.sample(found, self._random.randint(0, len(found)))

    def _image(self) -> ImageId:
        found = self._all_images()
        if not found:
            raise CalqueError("There is none.")
        return self._random.choice(found)

    def _some(self, found: list[AnnotationId]) -> list[AnnotationId]:
        return self._random.sample(found, self._random.randint(0, len(found)))

    def _all_on(self, image: ImageId, condition: str = "TRUE") -> list[AnnotationId]:
        rows = self._project.run(f"SELECT id FROM annotation WHERE image_id = ? AND {condition}", int(image))
        return [AnnotationId(str(key)) for (key,) in rows]

    def _shapes_on(self, image: ImageId) -> list[AnnotationId]:
        return self._some(self._all_on(image, "kind != 'image'"))

    def _category(self) -> CategoryId:
        found = self._project.projects.list_categories(self._project.id)
        if not found:
            raise CalqueError("There is none.")
        return self._random.choice(found).id

    def _shape(self) -> Box | Polygon:
        x, y = self._random.uniform(0, 500), self._random.uniform(0, 400)
        if self._random.random() < 0.5:
            return Box(x, y, x + 50.5, y + 20.25)
        return Polygon(((x, y, x + 60.0, y + 5.0, x + 30.0, y + 70.0),))

    def _seen(self, images: list[ImageId]) -> Seen:
        return {one.id: one.revision for one in self._project.projects.get_images(images)}


def everything(project: Site) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the trash; what it holds says no more than what came back."""
    found = {}
    for table, columns in _columns(project).items():
        found[table] = sorted(project.run(f"SELECT {columns} FROM {table}"), key=repr)
    (n,) = project.run("SELECT count(*) FROM trashed_image")
    return found | {"trashed_image": [n]}


def _columns(project: Site) -> dict[str, str]:
    """By table, those that a person would miss."""
    if not _KNOWN_COLUMNS:
        for (table,) in project.run("SELECT name FROM sqlite_master WHERE type = 'table'"):
            names = [name for _, name, *_ in project.run(f"PRAGMA table_info({table})")]
            wanted = [f'"{name}"' for name in names if name not in _REVISIONS.get(table, set())]
            if table not in _NOT_DATA:
                _KNOWN_COLUMNS[table] = ", ".join(wanted)
    return _KNOWN_COLUMNS


def same(project: Site, wanted: dict[str, list[tuple[Any, ...]]], text: str) -> None:
    assert_same(everything(project), wanted, text)


def assert_same(found: dict[str, list[tuple[Any, ...]]], wanted: dict[str, list[tuple[Any, ...]]], text: str) -> None:
    for table, rows in wanted.items():
        assert found[table] == rows, f"{table} after {text}"
