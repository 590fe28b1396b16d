"""Tags of many images at once: given, taken off, shared out, and exactly taken back."""

from __future__ import annotations

import pytest

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.judgements import EXCLUDE, HARD_CASE, SPLIT_TAGS, TEST_TAG, TRAIN_TAG, VALIDATION_TAG
from core.domain.random_parts import USUAL_PARTS, numbers_of, problem_of, share_out
from core.errors import RefusedError, RegistryLockedError
from core.judgements import bulk_tags
from core.judgements.bulk_tags import BulkTagService
from core.registry.stores import bulk_tags as store
from core.registry.stores import projects
from core.stopping import StoppedError


@pytest.fixture
def bulk(shop) -> BulkTagService:
    return BulkTagService(shop.registry)


def state(shop) -> dict[str, set[tuple[str, str, str]]]:
    return {
        path: {(tag.tag, tag.note, str(tag.created_at)) for tag in tags}
        for path, image in shop.images().items()
        if (tags := shop.tags.of_images([image.id]).get(image.id))
    }


def ids(shop) -> list[ImageId]:
    return [image.id for image in shop.images().values()]


def test_tags_are_given_and_taken_in_one_step_and_come_back_as_they_were(shop, bulk, monkeypatch) -> None:
    monkeypatch.setattr(bulk_tags, "IMAGES_AT_ONCE", 3)
    images = ids(shop)
    shop.tags.add(images[:2], EXCLUDE, note="torn")
    shop.tags.add(images[2:4], EXCLUDE)
    shop.tags.add(images[:1], HARD_CASE)
    before = state(shop)
    done = bulk.edit(shop.project, images, give=[HARD_CASE, "folio  missing"], take=[EXCLUDE])
    assert (done.value.n_given, done.value.n_taken, done.value.n_images) == (2 * len(images) - 1, 4, len(images))
    assert done.changes.images == set(images)
    after = state(shop)
    assert {tag for tags in after.values() for tag, _, _ in tags} == {HARD_CASE, "folio missing"}
    undone = bulk.undo(done.value)
    assert state(shop) == before
    again = bulk.undo(undone.value)
    assert state(shop) == after
    bulk.undo(again.value)
    assert state(shop) == before


def test_what_was_tagged_before_the_registry_was_taken_is_told_and_taken_back(shop, bulk, monkeypatch) -> None:
    monkeypatch.setattr(bulk_tags, "IMAGES_AT_ONCE", 3)
    images, give, pieces = ids(shop), store.give_tag, []

    def locked_at_second(session, project, keys, tag, at):
        pieces.append(tuple(keys.tolist()))
        if len(set(pieces)) == 2:
            raise RegistryLockedError("Another program is writing to the registry.", hint="Nothing was changed.")
        return give(session, project, keys, tag, at)

    with monkeypatch.context() as patched:
        patched.setattr(store, "give_tag", locked_at_second)
        done = bulk.edit(shop.project, images, give=[HARD_CASE])
    assert (done.value.n_images, done.value.is_cut_short) == (3, True)
    assert done.cut_by is not None
    assert "Nothing was changed" not in str(done.cut_by)
    assert done.cut_by.text.endswith(f"3 images were done before it, of {len(images)}.")
    bulk.undo(done.value)
    assert state(shop) == {}


def test_of_a_sharing_out_that_is_stopped_the_tags_that_were_given_are_counted(shop, bulk, monkeypatch) -> None:
    monkeypatch.setattr(bulk_tags, "IMAGES_AT_ONCE", 3)
    asked = iter([False, True])
    shared = bulk.share_out(shop.project, ids(shop), USUAL_PARTS, 1, is_cancelled=lambda: next(asked)).value
    assert sum(shared.numbers) == shared.step.n_images == 3


def test_undoing_passes_over_what_somebody_did_since(shop, bulk) -> None:
    images = ids(shop)
    done = bulk.edit(shop.project, images[:3], give=[HARD_CASE])
    shop.tags.remove(images[:1], HARD_CASE)
    undone = bulk.undo(done.value)
    assert undone.value.n_taken == 2
    assert state(shop) == {}


def test_what_is_cancelled_is_done_for_a_part_and_taken_back(shop, bulk, monkeypatch) -> None:
    monkeypatch.setattr(bulk_tags, "IMAGES_AT_ONCE", 2)
    images, asked = ids(shop), iter([False, True])
    done = bulk.edit(shop.project, images, give=[HARD_CASE], is_cancelled=lambda: next(asked))
    assert (done.value.is_cut_short, done.value.n_given) == (True, 2)
    bulk.undo(done.value)
    assert state(shop) == {}


def test_undoing_tells_how_far_it_is_and_stopped_undoes_nothing(shop, bulk, monkeypatch) -> None:
    monkeypatch.setattr(bulk_tags, "IMAGES_AT_ONCE", 2)
    images, told, asked = ids(shop), list[tuple[int, int]](), iter([False, False, True])
    done = bulk.edit(shop.project, images, give=[HARD_CASE]).value
    after = state(shop)
    with pytest.raises(StoppedError):
        bulk.undo(done, progress=lambda n, total, _: told.append((n, total)), is_cancelled=lambda: next(asked, True))
    assert told[0] == (2, len(images))
    assert state(shop) == after
    bulk.undo(done, progress=lambda n, total, _: told.append((n, total)))
    assert told[-1] == (len(images), len(images))
    assert state(shop) == {}


def test_what_is_no_tag_is_refused_before_anything_is_written(shop, bulk) -> None:
    for options in ({"give": [""]}, {"give": ["x" * 41]}, {"give": ["a"], "take": ["a"]}):
        with pytest.raises(RefusedError, match="tag"):
            bulk.edit(shop.project, ids(shop), **options)
    assert state(shop) == {}


def test_images_of_another_project_and_none_are_left_alone(shop, bulk) -> None:
    assert bulk.edit(shop.project, [ImageId("999999")], give=["a"]).value.n_images == 0
    assert bulk.edit(shop.project, [], give=["a"]).value.n_images == 0


def test_images_are_shared_out_by_chance_and_the_same_for_a_seed(shop, bulk) -> None:
    images = ids(shop)
    shop.tags.add(images[:1], TEST_TAG)
    before = state(shop)
    done = bulk.share_out(shop.project, images, (50, 25, 25), seed=3)
    counts = shop.tags.count(shop.project)
    assert tuple(counts[tag] for tag in SPLIT_TAGS) == done.value.numbers == numbers_of(len(images), (50, 25, 25))
    assert all(len(tags) == 1 for tags in state(shop).values())
    first = {path: {tag for tag, _, _ in tags} for path, tags in state(shop).items()}
    bulk.undo(done.value.step)
    assert state(shop) == before
    bulk.share_out(shop.project, images[::-1], (50, 25, 25), seed=3)
    assert {path: {tag for tag, _, _ in tags} for path, tags in state(shop).items()} == first


def test_those_that_are_tagged_already_can_keep_it(shop, bulk) -> None:
    images = ids(shop)
    shop.tags.add(images[:2], VALIDATION_TAG)
    assert bulk.count_without_part(shop.project, images) == len(images) - 2
    done = bulk.share_out(shop.project, images, (100, 0, 0), seed=0, keeps=True)
    assert (done.value.n_kept, done.value.numbers) == (2, (len(images) - 2, 0, 0))
    counts = shop.tags.count(shop.project)
    assert (counts[TRAIN_TAG], counts[VALIDATION_TAG]) == (len(images) - 2, 2)


@pytest.mark.parametrize("parts", [(80, 10, 11), (80, 10), (120, -10, -10), (0, 0, 0)])
def test_parts_that_are_not_a_hundred_are_refused(shop, bulk, parts) -> None:
    with pytest.raises(RefusedError) as caught:
        bulk.share_out(shop.project, ids(shop), parts, seed=0)
    assert (caught.value.code, caught.value.text) == ("E-520", problem_of(parts))


@pytest.mark.parametrize("n", [0, 1, 7, 10, 99, 1000])
def test_every_image_gets_one_part(n: int) -> None:
    images = ImageIds.of([ImageId(str(key)) for key in range(5, 5 + n)])
    shared = share_out(images, USUAL_PARTS, 1)
    assert tuple(map(len, shared)) == numbers_of(n, USUAL_PARTS)
    assert sorted(key for portion in shared for key in portion.keys.tolist()) == images.keys.tolist()
    if n >= 99:
        assert share_out(images, USUAL_PARTS, 2)[1] != shared[1]
        assert share_out(images, USUAL_PARTS, 2)[1].keys.tolist() != list(range(5 + 80, 5 + 90))


def test_images_that_went_since_they_were_chosen_are_not_counted(shop, bulk) -> None:
    chosen = [*ids(shop), ImageId("987654")]
    n = len(chosen) - 1
    assert bulk.count_without_part(shop.project, chosen) == n
    shared = bulk.share_out(shop.project, chosen, USUAL_PARTS, seed=3).value
    assert (sum(shared.numbers), shared.step.n_images, shared.n_kept) == (n, n, 0)
    again = bulk.share_out(shop.project, chosen, USUAL_PARTS, seed=3).value
    assert (again.numbers, again.step.n_images) == (shared.numbers, 0)
    kept = bulk.share_out(shop.project, chosen, USUAL_PARTS, seed=4, keeps=True).value
    assert (kept.numbers, kept.n_kept) == ((0, 0, 0), n)


def test_no_tag_is_taken_off_an_image_of_another_project(shop, bulk) -> None:
    image = ids(shop)[0]
    shop.tags.add([image], EXCLUDE)
    with shop.registry.write() as session:
        other = projects.insert_project(session, name="Other", root=shop.home.root)
    assert bulk.edit(other, [image], take=[EXCLUDE]).value.changes == ()
    assert len(state(shop)) == 1
