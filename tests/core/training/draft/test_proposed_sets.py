"""Which folders are proposed for which set."""

from __future__ import annotations

import pytest

from core.domain.ids import CategoryId
from core.domain.projects import Folder
from core.training.draft.proposed_sets import ProposedSets, propose_sets


def tree(**n_annotated: int) -> list[Folder]:
    """Leaves by their paths, "__" for "/", and every folder above them."""
    leaves = {path.replace("__", "/"): n for path, n in n_annotated.items()}
    above = {"/".join(path.split("/")[:i]) for path in leaves for i in range(path.count("/") + 1)}
    sums = {path: sum(n for leaf, n in leaves.items() if _is_in(leaf, path)) for path in above | set(leaves)}
    return [Folder(path, n + 1, n, ((CategoryId("1"), 2 * n),)) for path, n in sorted(sums.items())]


def _is_in(leaf: str, path: str) -> bool:
    return not path or leaf == path or leaf.startswith(f"{path}/")


@pytest.mark.parametrize("name", ["val", "valid", "validation", "eval", "Validation"])
def test_folders_called_after_a_set(name: str) -> None:
    assert propose_sets(tree(train=5, test=2, **{name: 3})) == ProposedSets(("train",), (name,), ("test",))


def test_they_may_stand_anywhere() -> None:
    yolo = tree(images__train=5, images__val=2)
    assert propose_sets(yolo) == ProposedSets(("images/train",), ("images/val",))
    inside_out = tree(train__images=5, valid__images=2, test__images=2)
    assert propose_sets(inside_out) == ProposedSets(("train",), ("valid",), ("test",))
    volumes = tree(one__train=5, one__test=1, two__train=5, two__test=1)
    assert propose_sets(volumes) == ProposedSets(("one/train", "two/train"), (), ("one/test", "two/test"))


def test_what_lies_in_a_set_belongs_to_it() -> None:
    assert propose_sets(tree(train__test=5, test=2)) == ProposedSets(("train",), (), ("test",))


def test_a_set_without_annotations_is_none() -> None:
    assert propose_sets(tree(train=5, val=0, test=0)) == ProposedSets(("train",))


def test_a_set_without_a_class_of_the_training_images_is_none() -> None:
    folders = [
        Folder("", 8, 8),
        Folder("train", 4, 4, ((CategoryId("1"), 4),)),
        Folder("val", 4, 4, ((CategoryId("2"), 4),)),
    ]
    assert propose_sets(folders) == ProposedSets(("train",))


def test_without_one_to_train_on_the_others_train() -> None:
    assert propose_sets(tree(one__a=5, two=4, test=2)) == ProposedSets(("one", "two"), (), ("test",))
    assert propose_sets(tree(volume__pages=5, volume__test=2)) == ProposedSets(("volume/pages",), (), ("volume/test",))


def test_without_any_name_everything_trains() -> None:
    assert propose_sets(tree(one=5, two=4)) == ProposedSets(("",))
    assert propose_sets(tree(test=4)) == ProposedSets(("",))
    assert propose_sets([]) == ProposedSets()


def test_folders_that_a_person_chose_train_and_the_others_do_not_overlap() -> None:
    folders = tree(train=5, val=3, test=2)
    assert propose_sets(folders, chosen=("train",)) == ProposedSets(("train",), ("val",), ("test",))
    assert propose_sets(folders, chosen=("train", "val")) == ProposedSets(("train", "val"), (), ("test",))
    assert propose_sets(folders, chosen=("",)) == ProposedSets(("",))
