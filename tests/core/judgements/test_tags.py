"""Tags: given, counted, taken off, taken back; "exclude" leaves an image out of training, and the review says so."""

from __future__ import annotations

import pytest

from core.domain.judgements import EXCLUDE, HARD_CASE, USUAL_TAGS
from core.errors import RefusedError


def test_tags_are_counted_and_taken_back(shop):
    first, second = shop.id_of("train/00.jpg"), shop.id_of("train/01.jpg")
    shop.tags.add([first], "folio  missing ")
    done = shop.tags.add([first, second, second], HARD_CASE, note="blurred")
    assert done.value == (first, second)
    assert first in done.changes.images
    usual = dict.fromkeys(USUAL_TAGS, 0)
    assert shop.tags.count(shop.project) == usual | {HARD_CASE: 2, "folio missing": 1}
    assert [item.tag for item in shop.tags.of_images([first])[first]] == ["folio missing", HARD_CASE]
    again = shop.tags.add([first], HARD_CASE)
    assert again.value == ()
    shop.tags.remove(again.value, HARD_CASE)
    assert shop.tags.count(shop.project)[HARD_CASE] == 2
    shop.tags.remove(done.value, HARD_CASE)
    assert shop.tags.count(shop.project)[HARD_CASE] == 0
    removed = shop.tags.remove([first, second], "folio missing")
    assert removed.value == (first,)
    shop.tags.add(removed.value, "folio missing")
    assert [item.path for item in shop.tags.list_tagged(shop.project)] == ["train/00.jpg"]


def test_the_list_of_tagged_images_is_a_table(shop):
    shop.tags.add([shop.id_of("train/01.jpg")], HARD_CASE, note='dark, "torn"')
    head, line = shop.tags.as_csv(shop.project).splitlines()
    assert head == "image,tag,note,tagged_at"
    assert line.startswith('train/01.jpg,hard case,"dark, ""torn""",20')


def test_a_spreadsheet_takes_no_note_for_a_formula(shop):
    shop.tags.add([shop.id_of("train/01.jpg")], "+1", note='=HYPERLINK("http://x")')
    _, line = shop.tags.as_csv(shop.project).splitlines()
    assert line.startswith("train/01.jpg,'+1,\"'=HYPERLINK(")


@pytest.mark.parametrize("tag", ["", "  \n", "x" * 41, "a\0b", "a\u202eb"])
def test_what_is_no_tag_is_refused(shop, tag):
    with pytest.raises(RefusedError, match="tag"):
        shop.tags.add([shop.id_of("train/00.jpg")], tag)


def test_excluded_images_are_left_out_by_number_and_reason(shop):
    before = shop.training.review(shop.draft())
    done = shop.tags.add([shop.id_of("train/00.jpg"), shop.id_of("val/00.jpg")], EXCLUDE)
    review = shop.training.review(shop.draft())
    assert ('images tagged "exclude"', 2) in review.ignored
    assert [(issue.code, issue.text) for issue in review.issues if issue.code == "W-245"] == [
        ("W-245", '2 images are left out: tagged "exclude".')
    ]
    assert [one.n_images for one in review.splits] == [
        one.n_images - gone for one, gone in zip(before.splits, (1, 1, 0), strict=True)
    ]
    snapshot = shop.training.submit(shop.draft()).value.snapshot
    assert "train/00.jpg" not in {image.path for image in shop.datasets.open(snapshot).images()}
    shop.tags.remove(done.value, EXCLUDE)
    assert shop.training.review(shop.draft()).splits == before.splits


def test_a_folder_of_excluded_images_says_what_is_the_matter(shop):
    shop.tags.add([image.id for path, image in shop.images().items() if path.startswith("train/")], EXCLUDE)
    errors = {issue.code: issue.text for issue in shop.training.review(shop.draft()).issues if issue.is_error}
    assert 'images tagged "exclude"' in errors["E-150"]
    assert "E-102" not in errors
