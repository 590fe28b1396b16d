"""Versions and runs beside each other: their numbers, what differs in their settings, and how sure a difference is."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from evaluation_site import EvaluationSite

from core.comparing.service import ComparingService
from core.domain.comparing import ComparedMeasure, numbered
from core.domain.evaluation import Measure
from core.domain.ids import VersionId
from core.domain.snapshots import Split
from core.errors import NotFoundError, RefusedError


@pytest.fixture(scope="module")
def second(site: EvaluationSite) -> VersionId:
    return site.train("Slow", n_steps=2)


@pytest.fixture
def comparing(site: EvaluationSite) -> ComparingService:
    return ComparingService(site.shop.models, site.shop.runs, site.studies)


def test_versions_have_their_numbers_curves_and_differing_settings(site, second, comparing) -> None:
    found = comparing.compare_versions((site.quick, second, site.quick))
    assert [item.title for item in found.items] == ["Quick V001", "Slow V001"]
    assert found.splits == (Split.TEST, Split.VAL, Split.TRAIN)
    for split, (compared,) in zip(found.splits, [(item,) for item in found.sets], strict=True):
        tables = [
            next(table for table in site.shop.models.get_details(id).tables if table.split is split)
            for id in (site.quick, second)
        ]
        for row in compared.rows:
            assert row.values == tuple(table.overall.value(row.measure.name) for table in tables)
        assert compared.rows[0].measure.name == tables[0].headline, "what tells most comes first"
    settings = {row.name: row.values for row in found.settings}
    assert settings["n_steps"] == ("1", "2")
    assert not {"Method", "Best epoch", "Ended", "Started at"} & set(settings), "the same, or no setting"
    assert found.n_equal_settings > 3
    assert found.warnings == ()
    for curves in found.curves:
        assert {batch.split for batch in curves} <= {"train", "val", "test"}
        assert any(len(batch.values) for batch in curves)


def test_runs_are_compared_as_their_versions_are(site, second, comparing) -> None:
    versions = comparing.compare_versions((site.quick, second))
    runs = tuple(item.run for item in versions.items)
    found = comparing.compare_runs(runs)
    assert [item.version for item in found.items] == [site.quick, second]
    assert [[row.values for row in item.rows] for item in found.sets] == [
        [row.values for row in item.rows] for item in versions.sets
    ]
    assert {row.name: row.values for row in found.settings}["n_steps"] == ("1", "2")


def test_a_pair_says_how_sure_its_difference_is(site, second, comparing) -> None:
    comparison = comparing.compare_versions((site.quick, second))
    (pair,) = comparing.pairs(comparison, Split.TRAIN)
    assert pair.problem == ""
    assert pair.sentences[0].startswith("mAP50-95: ")
    assert "95 % interval" in pair.sentences[0]
    assert "Of 24 images: " in " ".join(pair.sentences)


def test_a_pair_without_predictions_says_so_and_costs_nobody_the_rest(tmp_path) -> None:
    site = EvaluationSite(tmp_path)
    try:
        other = site.train("Slow", n_steps=2)
        comparing = ComparingService(site.shop.models, site.shop.runs, site.studies)
        folder = site.shop.models.get_version(other).folder
        assert folder is not None
        for pack in folder.glob("predictions-*.pack"):
            pack.chmod(0o600)
            pack.unlink()
        run = site.shop.models.get_version(other).run
        assert run is not None
        _remove(site.shop.runs.folder_of(run))
        comparison = comparing.compare_versions((site.quick, other))
        assert comparison.curves[0] and comparison.curves[1] == ()
        (pair,) = comparing.pairs(comparison, Split.TEST)
        assert pair.problem
        assert pair.sentences == ()
    finally:
        site.close()


def test_other_data_is_said_above_all(site, second, comparing) -> None:
    shop = site.shop
    draft = shop.draft(new_model_name="Other data", values={"n_steps": 1}, device="cpu", categories=("disc",))
    other = site.train_draft(draft)
    found = comparing.compare_versions((site.quick, other))
    assert "not trained and measured on the same frozen dataset" in found.warnings[0]
    (pair,) = comparing.pairs(found, Split.TEST)
    assert "other classes" in pair.problem


def test_other_numbers_than_two_to_six_are_refused(site, comparing) -> None:
    for ids in ((), (site.quick,), (site.quick, site.quick)):
        with pytest.raises(RefusedError, match="2 to 6"):
            comparing.compare_versions(ids)
    with pytest.raises(RefusedError, match="7 chosen"):
        comparing.compare_runs(tuple("abcdefg"))
    with pytest.raises(NotFoundError):
        comparing.compare_versions((site.quick, VersionId("f" * 32)))


def test_the_best_of_a_row_is_the_highest_or_the_lowest_and_nobody_when_alone() -> None:
    higher, lower = Measure("map50"), Measure("loss", higher_is_better=False)
    assert ComparedMeasure(higher, (0.1, 0.3, None, 0.3)).best == {1, 3}
    assert ComparedMeasure(lower, (0.1, 0.3)).best == {0}
    assert ComparedMeasure(higher, (0.1, None)).best == frozenset()
    assert ComparedMeasure(higher, (0.2, 0.2)).best == frozenset()
    assert ComparedMeasure(higher, (0.25, None, 0.5)).difference(2) == 0.25
    assert ComparedMeasure(higher, (None, 0.5)).difference(1) is None


def test_equal_titles_are_told_apart() -> None:
    assert numbered(("a", "b", "a")) == ("a · 1", "b", "a · 2")


def test_an_evaluation_stands_in_for_what_a_training_did_not_keep(tmp_path) -> None:
    site = EvaluationSite(tmp_path)
    try:
        draft = site.shop.draft(new_model_name="Untested", test_folders=(), device="cpu", values={"n_steps": 1})
        version = site.train_draft(draft)
        comparing = ComparingService(site.shop.models, site.shop.runs, site.studies)
        with pytest.raises(NotFoundError, match="Evaluate it on these images"):
            comparing.difference(site.quick, version, Split.TEST)
        site.evaluate(version)
        found = comparing.difference(site.quick, version, Split.TEST)
        assert (found.n_images, found.n_left_out) == (3, 0)
    finally:
        site.close()


def _remove(folder: Path) -> None:
    """A run's warden writes its last words when the run has ended already."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{folder} is written again and again")
