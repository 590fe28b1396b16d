"""Any steps of a person, one after the other: taken back to the last row, and done again to the last row."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.datasets.editing import DatasetEditing
from core.domain.categories import Labelling
from core.domain.datasets import DatasetId
from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.labelling import NewShape, Seen, ShapeEdit
from core.errors import CalqueError
from core.judgements.bulk_tags import BulkTagService
from core.labelling.service import LabellingService
from core.registry.stores import model_annotations
from core.registry.stores.annotation_steps import Step
from core.registry.stores.model_annotations import NewModelAnnotation
from tests.core.categories.labelled_project import BOX, WHOLE, LabelledProject

# What only grows or is made anew: how often something was written, and what is kept to find it faster.
_REVISIONS = {"image": {"revision"}, "project": {"revision"}, "dataset": {"revision", "changed_at"}}
_NOT_DATA = {"image_change", "image_block", "sqlite_sequence", "sqlite_stat1", "alembic_version", "trashed_image"}
CONTENT: dict[str, list[tuple[str | None, Box | None]]] = {
    "a/1.jpg": [("line", BOX), ("line", BOX), ("picture", BOX)],
    "a/2.jpg": [("line", BOX)],
    "a/3.jpg": [("cat", WHOLE), ("kitten", WHOLE), ("line", BOX)],
    "b/4.jpg": [("cat", WHOLE)],
    "b/5.jpg": [("kitten", WHOLE)],
    "b/6.jpg": [(None, WHOLE)],
    "b/7.jpg": [],
    "8.jpg": [("line", BOX), (None, BOX)],
}


@dataclass
class Turn:
    """A step that was done: `turn` takes it back, and then does it again, and so on."""

    text: str
    turn: Callable[[], Any]


class Person:
    """Does what comes to mind to a project."""

    def __init__(self, project: LabelledProject, seed: int) -> None:
        self._project = project
        self._random = random.Random(seed)
        self._labelling = LabellingService(project.registry)
        self._datasets = DatasetEditing(project.registry)
        self._tags = BulkTagService(project.registry)
        self._n = 0

    def act(self) -> Turn | None:
        """None = it was refused."""
        verbs = [name for name in dir(self) if name.startswith("do_")]
        verb = self._random.choice(verbs)
        try:
            turn: Callable[[], Any] = getattr(self, verb)()
        except CalqueError:
            return None
        return Turn(verb, turn)

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
        back = [lambda: trash.remove_images(id, gone), lambda: trash.restore_images(id, gone)]

        def turn() -> None:
            back[-1]()
            back.reverse()

        return turn

    def do_make_dataset(self) -> Callable[[], Any]:
        self._n += 1
        made = self._datasets.create(self._project.id, f"Set {self._n}", has_unique_images=self._random.random() < 0.5)
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


def everything(project: LabelledProject) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the trash; what it holds says no more than what came back."""
    found = {}
    for (table,) in project.run("SELECT name FROM sqlite_master WHERE type = 'table'"):
        if table in _NOT_DATA:
            continue
        columns = [name for _, name, *_ in project.run(f"PRAGMA table_info({table})")]
        wanted = [f'"{name}"' for name in columns if name not in _REVISIONS.get(table, set())]
        found[table] = sorted(project.run(f"SELECT {', '.join(wanted)} FROM {table}"), key=repr)
    (n,) = project.run("SELECT count(*) FROM trashed_image")
    return found | {"trashed_image": [n]}


def prepared(project: LabelledProject) -> None:
    """What models made, reviews, and tags with notes."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with project.registry.write() as session:
        made = [
            NewModelAnnotation(int(project.image("a/2.jpg")), int(project.ids["picture"]), BOX, 0.5, None, None, at),
            NewModelAnnotation(int(project.image("b/4.jpg")), int(project.ids["kitten"]), None, 0.25, None, None, at),
        ]
        model_annotations.insert_model_annotations(session, made)
    project.tags.add(project.images("a/1.jpg", "b/7.jpg"), "hard", "why")


def same(project: LabelledProject, wanted: dict[str, list[tuple[Any, ...]]], text: str) -> None:
    found = everything(project)
    for table, rows in wanted.items():
        assert found[table] == rows, f"{table} after {text}"


@pytest.mark.parametrize("seed", range(3))
def test_any_steps_are_taken_back_and_done_again_to_the_last_row(tmp_path: Path, seed: int) -> None:
    project = LabelledProject(tmp_path, CONTENT)
    prepared(project)
    person = Person(project, seed)
    turns: list[Turn] = []
    states = [everything(project)]
    while len(turns) < 25:
        turn = person.act()
        if turn is not None:
            turns.append(turn)
            states.append(everything(project))
            project.assert_sound()
        else:
            same(project, states[-1], "a refusal")
    for _ in range(2):
        for turn, left in zip(reversed(turns), reversed(states[:-1]), strict=True):
            turn.turn()
            same(project, left, f"{turn.text} was undone")
        project.assert_sound()
        for turn, left in zip(turns, states[1:], strict=True):
            turn.turn()
            same(project, left, f"{turn.text} was done again")
        project.assert_sound()
    project.registry.close()
