"""Whatever lies in the sets of a dataset, a run trains on exactly that as it was frozen, or is refused in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from service_workshop import Shop

from core.categories.service import CategoryService
from core.datasets.editing import DatasetEditing
from core.datasets.freezing import DatasetFreezing
from core.datasets.taking_anew import facts_of
from core.domain.datasets import Dataset, SetRole
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import CategoryId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.projects import Source
from core.domain.snapshots import SnapshotImage, Split
from core.errors import RefusedError
from core.judgements.tags import TagService
from core.registry.stores import annotations as annotation_store
from core.registry.stores import images as image_store
from core.registry.stores import projects as project_store
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.frozen_rows import FileLook, iter_looks
from core.registry.stores.shapes import Shape, decode, encode
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.tasks.task import Task
from core.trash.service import TrashService

WIDTH, HEIGHT = 64, 48
FILES = [f"train/{number:02}.jpg" for number in range(11)]
ROLES = {"a": SetRole.TRAIN, "b": SetRole.TRAIN, "c": SetRole.VAL, "d": SetRole.TEST, "e": SetRole.EXTRA}
EXAMPLES = 4  # each makes a registry of a frozen dataset; hundreds were tried when this was written

_places = st.one_of(
    st.floats(-20, 90, width=32), st.integers(-5, 70).map(float), st.sampled_from([0.0, 64.0, 48.0, -1e9, 1e9])
)
_boxes = st.tuples(_places, _places, _places, _places).map(
    lambda p: Box(min(p[0], p[2]), min(p[1], p[3]), max(p[0], p[2]), max(p[1], p[3]))
)
_rings = st.lists(st.tuples(_places, _places), min_size=1, max_size=5).map(
    lambda points: tuple(value for point in points for value in point)
)
_polygons = st.lists(_rings, min_size=1, max_size=2).map(lambda rings: Polygon(tuple(rings)))
_oriented = st.sampled_from([Polygon(((10.0, 5.0, 30.0, 15.0, 25.0, 25.0, 5.0, 15.0),))])


@dataclass(frozen=True)
class Said:
    """Of an image: one annotation. `category` "" = without concept."""

    category: str
    geometry: Geometry
    is_crowd: bool = False
    source: Source = Source.HUMAN


@dataclass(frozen=True)
class Pictured:
    sets: tuple[str, ...]
    said: tuple[Said, ...]
    is_excluded: bool = False
    is_trashed: bool = False


_said = st.builds(
    Said,
    st.sampled_from(["disc", "bar", "bar", "never seen", ""]),
    st.one_of(_boxes, _polygons, _oriented, st.none()),
    st.booleans(),
    st.sampled_from([Source.HUMAN, Source.IMPORT, Source.MODEL]),
)
_pictured = st.builds(
    Pictured,
    st.one_of(
        st.sampled_from([(name,) for name in ROLES]),
        st.sampled_from([("a", "b"), ("a", "e"), ("d", "e"), ("a", "b", "e"), ()]),
        st.sampled_from([("a",), ("b",), ("c",), ("a", "b"), ("a", "c")]),
    ),
    st.lists(_said, max_size=4).map(tuple),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([False, False, False, True]),
)


_RING = Polygon(((10.0, 5.0, 30.0, 15.0, 25.0, 25.0),))
SOUND = tuple(  # a training is possible with these alone
    Pictured((name,), (Said("disc", _RING), Said("bar", _RING), Said("bar", Box(-3, 4, 20, 30))))
    for name in ("a", "a", "b", "c", "d")
)


@pytest.mark.parametrize("task", [DETECTION, SEGMENTATION], ids=["boxes", "outlines"])
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    pictures=st.lists(_pictured, min_size=6, max_size=6).map(lambda drawn: [*SOUND, *drawn]),
    keeps_bare=st.booleans(),
    includes_models=st.booleans(),
    chosen=st.sampled_from([(), (), ("a", "c"), ("b", "c", "d"), ("a", "d")]),
)
def test_a_run_trains_on_what_was_frozen(shop: Shop, task, pictures, keeps_bare, includes_models, chosen) -> None:
    case = Case(shop, pictures)
    frozen = case.freeze()
    if frozen is None:
        return
    case.change_everything()
    draft = replace(
        shop.draft(train_folders=(), val_folders=(), test_folders=(), name=case.name, new_model_name=case.name),
        project=case.project,
        dataset=frozen.id,
        dataset_sets=chosen,
        task=task.slug,
        val_ratio=0.5,
        use_images_without_objects=keeps_bare,
        include_model_annotations=includes_models,
    )
    wanted = expected(pictures, task, chosen, keeps_bare, includes_models)
    try:
        made = shop.training.submit(draft).value
    except RefusedError as error:
        assert error.code in REFUSALS, (error.code, str(error))
        event(f"refused with {error.code}")
        if error.code == "E-152":
            assert any(len(splits_of(picture, chosen)) > 1 for picture in pictures)
        return
    event("trained")
    assert not any(
        len(splits_of(picture, chosen)) > 1 for path, picture in zip(FILES, pictures, strict=True) if path in wanted
    )
    found = {image.path: image for image in shop.datasets.open(made.snapshot).images(tuple(Split))}
    filled = chosen or [item.name for item in frozen.sets if item.n_images]
    is_carved = not any(ROLES[name] is SetRole.VAL for name in filled)
    splits = {path: Split.TRAIN if is_carved and one.split is Split.VAL else one.split for path, one in found.items()}
    assert splits == {path: split for path, (split, _) in wanted.items()}
    categories = shop.models.get_model(made.model).categories
    for path, (_, objects) in wanted.items():
        assert sorted(told(found[path], categories)) == sorted(objects), path


REFUSALS = frozenset({"E-102", "E-150", "E-152", "E-241", "E-521", "E-523", "E-243", "E-240", "E-440", "E-122"})


def corners(geometry: Geometry) -> str:
    """Of a shape, without regard to 4 and 4.0, to 0 and -0."""
    assert geometry is not None
    kind = type(geometry).__name__
    return f"{kind} {[[float(value) + 0.0 for value in ring] for ring in geometry.outline()]}"


def told(image: SnapshotImage, categories: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    return [(categories[item.category], corners(item.geometry), item.is_crowd) for item in image.objects]


def splits_of(picture: Pictured, chosen: Sequence[str]) -> set[Split]:
    """None where it cannot be used for anything."""
    if picture.is_trashed or picture.is_excluded:
        return set()
    return {ROLES[name].as_split for name in picture.sets if not chosen or name in chosen} - {None}


def expected(
    pictures: Sequence[Pictured], task: Task, chosen: Sequence[str], keeps_bare: bool, includes_models: bool
) -> dict[str, tuple[Split, list[tuple[str, str, bool]]]]:
    """By path the split and the objects, from nothing but what was said before the freeze."""
    of_path = {path: picture for path, picture in zip(FILES, pictures, strict=True) if splits_of(picture, chosen)}
    shapes: dict[str, list[tuple[str, str, bool]]] = {}
    bare = set()
    for path, picture in of_path.items():
        taken = [one for one in picture.said if one.source is not Source.MODEL or includes_models]
        parts = [(one, task.usable_shape(stored(one.geometry), WIDTH, HEIGHT)) for one in taken if one.geometry]
        shapes[path] = [(one.category, corners(part), one.is_crowd) for one, part in parts if part and one.category]
        if shapes[path] or any(not one.category for one in taken):
            bare.add(path)
    in_train = {name for path in shapes if Split.TRAIN in splits_of(of_path[path], chosen) for name, *_ in shapes[path]}
    wanted = {}
    for path, found in shapes.items():
        objects = [one for one in found if one[0] in in_train]
        if objects or (keeps_bare and path in bare):
            wanted[path] = (min(splits_of(of_path[path], chosen)), objects)
    return wanted


def stored(geometry: Box | Polygon) -> Box | Polygon:
    """The registry keeps 32 bits of the points of polygons."""
    decoded = decode(Shape(*encode(geometry)))
    assert decoded is not None
    return decoded


class Case:
    """One example: a project of its own on the files of the workshop's, with a dataset that is frozen."""

    def __init__(self, shop: Shop, pictures: Sequence[Pictured]) -> None:
        self.shop = shop
        looks = self.looks()
        with shop.registry.write() as session:
            self.name = f"P{len(project_store.list_projects(session))}"
            self.project = project_store.insert_project(session, name=self.name, root=shop.images_root)
            self.classes = project_store.add_categories(session, self.project, ("disc", "bar", "never seen"))
            image_store.insert_images(session, self.project, [facts_of(looks[path]) for path in FILES])
        self.say({path: picture.said for path, picture in zip(FILES, pictures, strict=True)})
        editing = DatasetEditing(shop.registry)
        self.dataset = editing.create(self.project, "Data", has_unique_images=False).value.dataset
        self.make_sets(editing, pictures)
        of = [path for path, picture in zip(FILES, pictures, strict=True) if picture.is_excluded]
        TagService(shop.registry).add(list(self.ids(of)), "exclude")
        of = [path for path, picture in zip(FILES, pictures, strict=True) if picture.is_trashed]
        if of:
            TrashService(shop.registry).remove_images(self.project, self.ids(of))

    def looks(self) -> dict[str, FileLook]:
        with self.shop.registry.read() as session:
            keys = image_store.list_keys(session, self.shop.project)
            return {look.path: look for look in iter_looks(session, np.array([keys[path] for path in FILES]))}

    def keys(self) -> dict[str, int]:
        with self.shop.registry.read() as session:
            return image_store.list_keys(session, self.project)

    def ids(self, paths: Iterable[str]) -> ImageIds:
        keys = self.keys()
        return ImageIds.of([ImageId(str(keys[path])) for path in paths])

    def say(self, of: Mapping[str, Sequence[Said]]) -> None:
        keys = self.keys()
        made = [
            NewAnnotation(
                keys[path],
                int(self.classes[one.category]) if one.category else None,
                one.geometry,
                one.is_crowd,
                one.source,
                0.5 if one.source is Source.MODEL else None,
            )
            for path, said in of.items()
            for one in said
        ]
        with self.shop.registry.write() as session:
            annotation_store.insert_annotations(session, made)

    def make_sets(self, editing: DatasetEditing, pictures: Sequence[Pictured]) -> None:
        old = [item.id for item in editing.get_dataset(self.dataset).sets]
        for name, role in ROLES.items():
            editing.add_set(self.dataset, name, role)
        for item in old:
            editing.remove_set(self.dataset, item)
        for item in editing.get_dataset(self.dataset).sets:
            of = [path for path, picture in zip(FILES, pictures, strict=True) if item.name in picture.sets]
            if of:
                editing.add_images(self.dataset, item.id, self.ids(of))

    def freeze(self) -> Dataset | None:
        """None where there is nothing in its sets."""
        try:
            return DatasetFreezing(self.shop.registry, self.shop.home.snapshots).freeze(self.dataset).value
        except RefusedError as error:
            assert error.code == "E-523"
            return None

    def change_everything(self) -> None:
        """After the freeze: other annotations, other tags, classes merged, images gone."""
        there = list(self.keys())
        categories = CategoryService(self.shop.registry)
        categories.merge(self.project, [CategoryId(str(self.classes["disc"]))], CategoryId(str(self.classes["bar"])))
        with self.shop.registry.write() as session:
            known = annotation_store.list_ground_truth(session, self.keys().values())
            gone = {key: [int(one.id) for one in found[:1]] for key, found in known.items()}
            annotation_store.delete_annotations(session, gone)
        self.say({path: [Said("bar", Box(1, 1, 9, 9)), Said("", None)] for path in there})
        tags = TagService(self.shop.registry)
        tags.add(list(self.ids(there[::2])), "exclude")
        tags.remove(list(self.ids(there[1::2])), "exclude")
        if there[3:]:
            TrashService(self.shop.registry).remove_images(self.project, self.ids(there[3:]))
