"""The start that a wizard proposes, with its reason, and the network that comes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.domain.ids import ModelId, ProjectId, TaskId, VersionId
from core.domain.models import Headline, ModelVersion, VersionStatus
from core.domain.starts import THINGS, MeasuredStart, Starter
from core.domain.training import StartFrom, StartKind, TrainingDraft
from core.training.draft.proposed_start import (
    Starts,
    best_own,
    best_taught,
    choose_start,
    with_network,
    with_network_of_start,
)
from core.workers.catalog import WorkerCatalog

NOW = datetime(2026, 1, 2, tzinfo=UTC)
YOLO = WorkerCatalog().info("yolo-detect")
DRAFT = TrainingDraft(ProjectId("p"), worker="yolo-detect")
PAGES = Starter(
    "pages", "Pages", (TaskId("detection"),), "yolo-detect", "yolo11n", ("text_line",), Path("/s"), 5, "a" * 64
)
THING = replace(PAGES, name="things", title="Things", suits=THINGS)
WHY = "classes such as line are drawn on pages"


def version(id: str, value: float | None = None, **parts: object) -> ModelVersion:
    made = ModelVersion(
        VersionId(id), ModelId("m"), "Lines", 1, "", VersionStatus.AVAILABLE, NOW, "yolo-detect", "1", "yolo11s"
    )
    headline = None if value is None else Headline("mAP50-95", value, "test")
    return replace(made, headline=headline, **parts)  # type: ignore[arg-type]


def measured(start: str, *values: float, data: str = "old pages", suits: str = "pages") -> MeasuredStart:
    return MeasuredStart(start, data, "detection", "test mAP50-95", 48.0, values, suits=suits)


def test_an_own_version_with_the_same_classes_goes_first_the_best_of_them() -> None:
    versions = (version("a", 0.5), version("b", 0.6), version("c", 0.9), version("d", 0.99, worker="yolo-segment"))
    classes = {VersionId(id): ("seal", "line") for id in "abd"} | {VersionId("c"): ("line",)}
    starts = Starts(versions, classes, starters=(PAGES,), pages=WHY)
    start, architecture, reason = choose_start(YOLO, {"line", "seal"}, starts)
    assert (start, architecture) == (StartFrom(StartKind.VERSION, VersionId("b")), "yolo11s")
    assert reason == "V001 of Lines has the same classes (mAP50-95 0.600 on test); nothing starts better."
    assert best_own(YOLO, {"other"}, starts) is None
    assert best_own(YOLO, (), starts) is None


def test_the_version_that_a_person_marked_as_current_goes_before_better_ones() -> None:
    versions = (version("a", 0.5, is_current=True), version("b", 0.6), version("c", 0.4, is_current=True))
    classes = {v.id: ("line",) for v in versions[:2]} | {versions[2].id: ("seal",)}
    assert best_own(YOLO, {"line"}, Starts(versions, classes)) == versions[0]


def test_of_versions_that_cannot_be_compared_the_newest() -> None:
    versions = (version("a", 0.5), version("b", created_at=NOW + timedelta(days=1)))
    starts = Starts(versions, {v.id: ("line",) for v in versions})
    assert best_own(YOLO, {"line"}, starts) == versions[1]


def test_pages_get_the_starter_for_pages_and_other_things_the_other_one() -> None:
    starts = Starts(starters=(THING, PAGES), pages=WHY)
    start, architecture, reason = choose_start(YOLO, {"line"}, starts)
    assert (start, architecture) == (StartFrom(StartKind.STARTER, starter="pages"), "yolo11n")
    assert reason == f"The starter Pages was trained for such images: {WHY}."
    assert choose_start(YOLO, {"cat"}, replace(starts, pages=""))[0].starter == "things"
    assert choose_start(YOLO, {"cat"}, Starts(starters=(PAGES,)))[0] == StartFrom()
    broken = Starts(starters=(replace(PAGES, problem="Its weights are missing."),), pages=WHY)
    assert choose_start(YOLO, {"line"}, broken)[0] == StartFrom()
    assert choose_start(WorkerCatalog().info("yolo-segment"), {"line"}, starts)[0] == StartFrom()


def test_the_figures_are_told_and_decide() -> None:
    rows = (measured("scratch", 0.2, 0.4), measured("starter:pages", 0.6, 0.7))
    starts = Starts(starters=(PAGES,), pages=WHY, measured=rows)
    reason = choose_start(YOLO, {"line"}, starts)[2]
    assert reason.endswith("On old pages: test mAP50-95 0.650 after 48 s of CPU, from scratch 0.300 after 48 s.")
    beaten = replace(starts, measured=(measured("scratch", 0.7), measured("starter:pages", 0.6)))
    assert choose_start(YOLO, {"line"}, beaten)[0] == StartFrom()
    elsewhere = replace(starts, measured=(measured("scratch", 0.7, suits=THINGS), measured("starter:pages", 0.6)))
    assert choose_start(YOLO, {"line"}, elsewhere)[0].kind is StartKind.STARTER


def test_a_network_that_comes_with_weights_starts_from_them() -> None:
    starts = Starts(bundled={"yolo-detect": "weights learned from ImageNet"})
    start, architecture, reason = choose_start(YOLO, {"cat"}, starts)
    assert (start, architecture) == (StartFrom(StartKind.PRETRAINED), "")
    assert reason == "The network comes with weights learned from ImageNet, no download is needed."
    assert choose_start(YOLO, {"line"}, replace(starts, pages=WHY, starters=(PAGES,)))[0].kind is StartKind.STARTER


def test_the_configuration_gets_the_network_of_the_start() -> None:
    balance = replace(DRAFT, values={"size": "s", "imgsz": 640})
    reasons = {"configuration": "Proposed for 300 annotated images on the CPU."}
    draft = with_network_of_start(balance, YOLO, "yolo11n", reasons)
    assert draft.values == {"imgsz": 640}
    assert reasons["configuration"].endswith("on the CPU. Its network is that of the start.")
    assert with_network_of_start(draft, YOLO, "yolo11n", {}) == draft
    fast = replace(DRAFT, values={"epochs": 60})
    assert with_network(fast, YOLO, "yolo11n") == fast
    assert with_network(fast, YOLO, "yolo11s").values == {"epochs": 60, "size": "s"}
    assert with_network(fast, YOLO, "unheard of") == fast


def test_few_photographs_get_the_network_that_measured_better_than_scratch() -> None:
    lite0 = WorkerCatalog().info("lite0-detect")
    pretrained = replace(measured("pretrained", 0.12, data="photographs", suits="things"), architecture="fcos-lite0")
    scratch = measured("scratch", 0.01, data="photographs", suits="things")
    starts = Starts(bundled={"lite0-detect": "weights"}, measured=(scratch, pretrained))
    found = best_taught((YOLO, lite0), starts)
    assert found is not None
    assert found[0].slug == "lite0-detect"
    assert "show no pages" in found[1]
    assert best_taught((YOLO, lite0), replace(starts, pages=WHY)) is None
    assert best_taught((YOLO, lite0), replace(starts, measured=(scratch,))) is None
    assert best_taught((YOLO, lite0), replace(starts, bundled={})) is None
    loses = replace(pretrained, values=(0.005,))
    assert best_taught((YOLO, lite0), replace(starts, measured=(scratch, loses))) is None
