"""Finding images again: names that are no text, filters, orders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.ids import ImageId
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import ImageFilter, ImageState
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects

NAMES = [
    "Été 1.PNG",
    "E\u0301te\u0301 2.png",
    "a/100%_x.png",
    "a/back\\slash.png",
    "a/new\nline.png",
    "a/🐟 fish.png",
    "a/\udcff\udcfe.png",
    "a!/1.png",
    "a0/1.png",
    "b/" + "n" * 246 + ".png",
]


def paths(registry: Registry, filter: ImageFilter, **options) -> list[str]:
    with registry.read() as session:
        ids = images.list_image_ids(session, filter, **options)
        assert len(ids) == images.count_images(session, filter)
        return [image.path for image in images.get_images(session, ids)]


def test_every_name_that_a_disk_can_hold_comes_back(registry: Registry, add_project) -> None:
    id = add_project("P", dict.fromkeys(NAMES, ()))
    assert sorted(paths(registry, ImageFilter(id))) == sorted(NAMES)
    with registry.read() as session:
        assert images.list_keys(session, id).keys() == set(NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("été", {"Été 1.PNG", "E\u0301te\u0301 2.png"}),
        ("E\u0301TE\u0301", {"Été 1.PNG", "E\u0301te\u0301 2.png"}),
        ("%", {"a/100%_x.png"}),
        ("_", {"a/100%_x.png"}),
        ("\\slash", {"a/back\\slash.png"}),
        ("\\xff", {"a/\udcff\udcfe.png"}),
        ("FISH", {"a/🐟 fish.png"}),
        ("a", {"a/back\\slash.png"}),
        ("zebra", set()),
    ],
)
def test_names_are_searched_as_they_are_shown_and_without_the_folder(
    registry: Registry, add_project, text: str, expected: set[str]
) -> None:
    id = add_project("P", dict.fromkeys(NAMES, ()))
    assert set(paths(registry, ImageFilter(id, name_contains=text))) == expected


def test_a_folder_holds_what_is_below_it_and_not_what_looks_alike(registry: Registry, add_project) -> None:
    content = ["r.png", "a/1.png", "a/b/2.png", "a/b/c/3.png", "a!/4.png", "a0/5.png", "a b/6.png", "aa/7.png"]
    id = add_project("P", dict.fromkeys(content, ()))
    assert set(paths(registry, ImageFilter(id, folders=("a",)))) == {"a/1.png", "a/b/2.png", "a/b/c/3.png"}
    assert set(paths(registry, ImageFilter(id, folders=("a/b", "aa")))) == {"a/b/2.png", "a/b/c/3.png", "aa/7.png"}
    assert len(paths(registry, ImageFilter(id, folders=("",)))) == len(content)
    assert paths(registry, ImageFilter(id, folders=("nowhere",))) == []


def test_filters_hold_together(registry: Registry, add_project) -> None:
    id = add_project("P", {"a/1.png": ["x"], "a/2.png": ["y"], "b/1.png": ["x", "y"], "b/2.png": [], "b/3.png": [None]})
    add_project("Other", {"a/1.png": ["x"]})
    with registry.read() as session:
        x, y = (category.id for category in projects.list_categories(session, id))
    assert paths(registry, ImageFilter(id, categories=(x,))) == ["a/1.png", "b/1.png"]
    assert paths(registry, ImageFilter(id, categories=(x, y))) == ["a/1.png", "a/2.png", "b/1.png"]
    assert paths(registry, ImageFilter(id, categories=(x,), folders=("b",))) == ["b/1.png"]
    assert paths(registry, ImageFilter(id, is_annotated=False)) == ["b/2.png"]
    assert paths(registry, ImageFilter(id, is_annotated=True, folders=("b",))) == ["b/1.png", "b/3.png"]
    assert paths(registry, ImageFilter(id, is_without_concept=True)) == ["b/3.png"]
    assert paths(registry, ImageFilter(id, is_without_concept=True, is_annotated=False)) == []
    assert paths(registry, ImageFilter(id, state=ImageState.DAMAGED)) == []


def test_images_are_ordered_by_path_or_by_name(registry: Registry, add_project) -> None:
    id = add_project("P", dict.fromkeys(["b/1.png", "a/2.png", "a/B.png", "a/a.png"], ()))
    assert paths(registry, ImageFilter(id)) == ["a/2.png", "a/B.png", "a/a.png", "b/1.png"]
    by_name = SortOrder(SortKey.NAME)
    assert paths(registry, ImageFilter(id), sort=by_name) == [
        "b/1.png",
        "a/2.png",
        "a/a.png",
        "a/B.png",
    ]


def test_images_come_in_the_order_asked_for_without_those_that_are_gone(registry: Registry, add_project) -> None:
    id = add_project("P", {f"{n:04}.png": ["x"] for n in range(2_000)})
    with registry.read() as session:
        ids = images.list_image_ids(session, ImageFilter(id))
        asked = (*ids[::-1], ImageId("999999"), ids[0])
        found = images.get_images(session, asked)
        assert [image.id for image in found] == [*ids[::-1], ids[0]]
        annotated = annotations.get_annotated(session, asked)
    assert [item.image for item in annotated] == list(found)
    assert all(item.annotations[0].image == item.image.id for item in annotated)


def test_new_facts_replace_the_old_ones(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x"]})
    with registry.write() as session:
        key, old = images.list_facts(session, id)["a.png"]
        new = replace(old, width=7, sha256="ab" * 32, state=ImageState.DAMAGED, damage="It ends too early.", mtime_ns=5)
        images.update_images(session, {key: new})
        assert images.list_facts(session, id)["a.png"] == (key, new)
        (record,) = images.get_images(session, [ImageId(str(key))])
    assert (record.width, record.sha256, record.damage) == (7, "ab" * 32, "It ends too early.")
    assert record.n_annotations == 1


def test_what_is_known_of_images_is_listed_again_once_one_has_changed(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x"]})
    with registry.write() as session:
        before = images.list_known(session, id)
        key, old = before.by_path["a.png"]
        assert images.list_known(session, id, before) is before
        new = replace(old, width=7)
        images.update_images(session, {key: new})
        assert images.list_known(session, id, before).by_path == {"a.png": (key, new)}
