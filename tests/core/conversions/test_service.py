"""Conversions from the wish to the package, with the fake worker: what is refused, and that nothing is ever lost."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conversion_site import COPY, ConversionSite

from core.conversions.kind import KEEP, TOPIC, VERIFY
from core.domain.conversions import INSTALL_HINT, ModelChoice
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus, StageState
from core.errors import RefusedError, WeightsError
from core.runs.processes.launch import StartOutcome
from core.runs.testing import await_stage, child_of, run_to_its_end, wait_until

INT8 = ModelChoice("copy", "int8")


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_the_model_and_all_that_one_must_know(site: ConversionSite) -> None:
    target = site.target()
    record = site.conversions.submit(site.quick, COPY, target)
    assert (record.kind, record.name, record.version) == ("conversion", "Copy of Quick V001", site.quick)
    state = run_to_its_end(site.service, record).state
    assert state is not None
    assert state.reason.startswith(f'Quick V001 was exported as Copy to "{target}". 8 objects on 4 val images: boxes')
    assert files_in(target) == {
        "model.copy", "example.py", "package.json", "classes.json", "classes.txt", "README.md", "LICENSE.txt",
        "NOTICE.txt", "example.jpg", "SHA256SUMS",
    }  # fmt: skip
    package = json.loads((target / "package.json").read_text())
    assert (package["format"], package["model"], package["classes"]) == (1, "model.copy", ["disc", "bar"])
    assert package["precision"] == "fp32" and package["form"] == "raw", "what was left open was decided"
    assert package["verification"]["comparison"]["n_objects"] == 8
    assert 0 < package["threshold"]["value"] < 1
    assert str(site.shop.home.root) not in (target / "package.json").read_text() + (target / "README.md").read_text()
    assert "8 objects on 4 val images" in (target / "README.md").read_text()
    for line in (target / "SHA256SUMS").read_text().splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == sha256
    done = subprocess.run([sys.executable, "example.py"], cwd=target, capture_output=True, text=True, check=True)
    assert done.stdout == "disc\nbar\n"


def test_the_result_says_how_far_it_is_apart_and_where_it_lies(site: ConversionSite) -> None:
    target = site.target(".zip")
    state = site.carry_out(site.quick, COPY, target)
    (result,) = state.results
    assert result.topic == TOPIC
    content = result.content
    assert (content["format"], content["target"], content["images"]) == (1, str(target), "val")
    assert content["comparison"]["n_different"] == 0 and content["tolerance"]["box"] == 0.1
    assert content["n_bytes"] < target.stat().st_size
    assert [(artifact.group, artifact.name) for artifact in state.artifacts] == [("export", "package.json")]


def test_the_same_version_makes_the_same_zip(site: ConversionSite) -> None:
    made = [site.target(".zip") for _ in range(2)]
    for target in made:
        assert site.carry_out(site.quick, COPY, target).status is RunStatus.SUCCESS
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert "model.copy" in archive.namelist()


def test_what_is_too_far_away_is_refused_and_nothing_is_left_behind(site: ConversionSite) -> None:
    version = site.train("Drifting", export_drift=0.5)
    before, target = site.everything_but(), site.target()
    record = site.conversions.submit(version, COPY, target)
    state = run_to_its_end(site.service, record).state
    assert state is not None and state.status is RunStatus.FAILED
    assert "8 of 8 objects on 4 val images differ" in state.reason and "0.5 px (0.1 allowed)" in state.reason
    assert {stage.name: stage.state for stage in state.stages}[KEEP] is StageState.WAITING
    assert not target.exists() and not list(target.parent.glob(f".{target.name}*"))
    assert not (Path(record.folder) / "work" / "package").exists()
    assert [result.content["is_good"] for result in state.results] == [False]
    assert state.results[0].content["target"] == ""
    assert site.everything_but() == before, "the version is as it was"
    assert site.shop.models.get_version(version).status is VersionStatus.AVAILABLE
    assert site.carry_out(version, ModelChoice("copy", "fp16"), site.target()).status is RunStatus.SUCCESS, "coarser"


def test_an_export_that_fails_costs_no_version_and_no_run(site: ConversionSite) -> None:
    """F39, at each of its ends: the target is taken meanwhile, the process is killed while it verifies."""
    before = site.everything_but()
    training = site.shop.models.get_version(site.slow).run
    assert training is not None
    record = site.conversions.submit(site.slow, COPY, target := site.target())
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    state = run_to_its_end(site.service, record).state
    assert state is not None and state.status is RunStatus.FAILED and "exists already" in state.reason
    assert files_in(target) == {"mine.txt"}
    record = site.make_long()
    wait_until(lambda: site.service.start(record.id) is StartOutcome.STARTED)
    await_stage(site.service, record, VERIFY)
    os.kill(child_of(record), signal.SIGKILL)
    assert site.service.carry_on(record.id, lambda _batch: None, lambda: False).status is RunStatus.ABORTED
    site.service.remove(record.id, with_files=True)
    assert site.everything_but() == before
    assert site.service.get_run(training).status is RunStatus.SUCCESS
    assert site.shop.models.get_version(site.slow).status is VersionStatus.AVAILABLE
    assert not [path for path in site.targets.iterdir() if path.name.startswith(".")]


def test_a_folder_with_something_in_it_gets_a_new_one(site: ConversionSite) -> None:
    folder = site.target()
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert site.carry_out(site.quick, COPY, folder).status is RunStatus.SUCCESS
    assert sorted(path.name for path in folder.iterdir()) == ["Quick V001 Copy", "mine.txt"]
    with pytest.raises(RefusedError, match="exists already"):
        site.conversions.submit(site.quick, COPY, folder)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ModelChoice("coreml"), 'cannot make "coreml". It can make: copy, absent.'),
        (ModelChoice("absent"), f"calque-no-such-library is not installed. {INSTALL_HINT}"),
        (ModelChoice("copy", "fp4"), 'Copy has no precision "fp4". There are: fp32, fp16, int8.'),
        (ModelChoice("copy", "", "odd"), 'Copy of fake has no form "odd". There are: raw.'),
    ],
)
def test_what_cannot_be_made_is_refused_before_there_is_a_run(
    site: ConversionSite, choice: ModelChoice, words: str
) -> None:
    n_runs = len(site.service.list_runs())
    with pytest.raises(RefusedError) as caught:
        site.conversions.submit(site.quick, choice, site.target())
    assert words in caught.value.text
    assert len(site.service.list_runs()) == n_runs


def test_places_that_will_not_do_are_refused(site: ConversionSite) -> None:
    with pytest.raises(RefusedError, match="does not exist"):
        site.conversions.submit(site.quick, COPY, site.targets / "nowhere" / "x")
    with pytest.raises(RefusedError, match="Calque's own folder"):
        site.conversions.submit(site.quick, COPY, site.shop.home.models / "x")


def test_eight_bits_are_judged_by_what_they_lose(site: ConversionSite) -> None:
    state = site.carry_out(site.quick, INT8, site.target())
    assert state.status is RunStatus.SUCCESS, state.reason
    assert "Box mAP50-95 on 4 val images is" in state.reason and "a loss of 0.000 (0.05 allowed)." in state.reason
    version = site.train("Far", export_drift=9.0)
    target = site.target()
    state = site.carry_out(version, INT8, target)
    assert state.status is RunStatus.FAILED and "instead of" in state.reason and not target.exists()


def test_without_the_images_pages_are_drawn_and_eight_bits_refused(site: ConversionSite) -> None:
    version = site.train("Lonely")
    aside = site.shop.images_root.with_name("aside")
    site.shop.images_root.rename(aside)
    try:
        offer = site.conversions.offer(version)
        assert "is not there" in offer.refusal(INT8) and not offer.refusal(COPY)
        # The fake worker finds what is annotated, so nothing on a drawn page: that is no proof of anything.
        state = site.carry_out(version, COPY, site.target())
        assert state.status is RunStatus.FAILED
        assert "No object was found on 8 pages drawn by Calque, so that nothing could be compared." in state.reason
        assert any("pages that Calque drew" in text for text in state.warnings)
    finally:
        aside.rename(site.shop.images_root)


def test_images_that_changed_since_are_passed_over(site: ConversionSite) -> None:
    version = site.train("Changed images")
    image = sorted((site.shop.images_root / "val").glob("*.jpg"))[0]
    content = image.read_bytes()
    try:
        image.write_bytes(content + b"x")
        state = site.carry_out(version, COPY, site.target())
        assert state.status is RunStatus.SUCCESS and "6 objects on 3 val images" in state.reason
    finally:
        image.write_bytes(content)


def test_a_damaged_version_is_not_exported(site: ConversionSite) -> None:
    version = site.train("Damaged", points_per_step=3)
    folder = site.shop.models.get_version(version).folder
    assert folder is not None
    weights = folder / "weights.safetensors"
    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    state = site.carry_out(version, COPY, target := site.target())
    assert state.status is RunStatus.FAILED and "was changed after publication" in state.reason and not target.exists()
    weights.unlink()
    with pytest.raises(WeightsError) as caught:
        site.conversions.submit(version, COPY, site.target())
    assert caught.value.code == "E-260"
    shutil.rmtree(folder)


def test_an_offer_completes_what_was_left_open(site: ConversionSite) -> None:
    offer = site.conversions.offer(site.quick)
    assert [(item.slug, item.is_available) for item in offer.formats] == [("copy", True), ("absent", False)]
    assert offer.completed(COPY) == ModelChoice("copy", "fp32", "raw", False)
    assert offer.completed(replace(COPY, is_fixed_size=True)).is_fixed_size
