"""Exports of frozen datasets and of predictions; pictures linked; names for Windows; answers to a format."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.datasets.manifest import freeze_image
from core.datasets.service import DatasetService
from core.domain.exports import ExportRequest, ExportScope
from core.domain.geometry import Box, Polygon
from core.domain.ids import PredictionSetId
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.projects import Project
from core.domain.snapshots import SnapshotImage, SnapshotInfo, SnapshotObject, Split
from core.domain.studies import StudySource
from core.errors import RefusedError
from core.exports.predicted import Predicted
from core.exports.service import ExportService
from core.exports.windows_names import WindowsPaths, is_windows_path
from core.formats.catalog import GROUP, FormatCatalog
from core.packs.layout import PackHeader
from core.packs.writing import write_pack
from core.registry.database import Registry

SOURCE = StudySource.of_set(PredictionSetId("set"))
OUTLINE = Polygon(((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),))


@pytest.fixture
def datasets(registry: Registry, tmp_path: Path) -> DatasetService:
    return DatasetService(registry, tmp_path / "home" / "snapshots")


@pytest.fixture
def pack(tmp_path: Path, parish: Project) -> Path:
    """Two objects on a/1.png, one of them unlikely; nothing on b/1.png."""
    path = tmp_path / "found.pack"
    with write_pack(path, PackHeader(("line", "stain"), "segmentation")) as writer:
        objects = [
            PredictedObject(0, 0.9, Box(1, 1, 9, 9), OUTLINE),
            PredictedObject(1, 0.3, Box(2.0, 2.0, 8.0, 8.0)),
        ]
        writer.add(PredictedImage("a/1.png", "", 64, 48, Split.TEST), objects)
        writer.add(PredictedImage("b/1.png", "", 64, 48), [])
    return path


@pytest.fixture
def service(registry: Registry, datasets: DatasetService, pack: Path) -> ExportService:
    catalog = FormatCatalog(
        [
            EntryPoint("listing", "tests.core.exports.listing_format:FORMAT", GROUP),
            EntryPoint("alto", "core.formats.alto:FORMAT", GROUP),
        ]
    )
    return ExportService(
        registry,
        catalog,
        open_dataset=datasets.open,
        find_predictions=lambda _: Predicted("Lines V002", pack, 0.5, {"stain": 0.25}),
    )


@pytest.fixture
def frozen(datasets: DatasetService, parish: Project) -> SnapshotInfo:
    """a/1.png to learn from, empty.png to validate on, with another truth than the project has today."""
    objects = (SnapshotObject(0, Box(5.0, 6.0, 20.0, 21.0)), SnapshotObject(0, OUTLINE, is_crowd=True))
    images = [
        SnapshotImage("a/1.png", "1" * 64, 64, 48, 1, Split.TRAIN, objects),
        SnapshotImage("empty.png", "2" * 64, 64, 48, 1, Split.VAL, ()),
    ]
    return datasets.freeze(parish.id, map(freeze_image, images), ["line", "rare"]).value


@pytest.fixture
def rows(service: ExportService, parish: Project, tmp_path: Path) -> Callable[..., list[dict]]:
    def export(**wish: object) -> list[dict]:
        target = tmp_path / "out" / str(len(list(tmp_path.glob("out/*"))))
        service.export(ExportRequest(parish.id, "listing", target, **wish))  # type: ignore[arg-type]
        return [json.loads(line) for line in (target / "listing.jsonl").read_text().splitlines()]

    return export


def test_a_frozen_dataset_is_written_as_it_was_frozen(rows: Callable[..., list[dict]], frozen: SnapshotInfo) -> None:
    first, second = rows(dataset=frozen.id)
    assert (first["path"], first["set"], first["negative"]) == ("a/1.png", "train", False)
    box, outline = first["objects"]
    assert {box[1], outline[1]} == {repr(Box(5.0, 6.0, 20.0, 21.0)), repr(OUTLINE)}
    assert [item[4] for item in first["objects"] if item[1] == repr(OUTLINE)] == [True]
    assert (second["path"], second["set"], second["negative"], second["objects"]) == ("empty.png", "val", True, [])
    assert [row["path"] for row in rows(dataset=frozen.id, split=Split.VAL)] == ["empty.png"]


def test_the_dialog_counts_what_was_frozen(service: ExportService, parish: Project, frozen: SnapshotInfo) -> None:
    survey = service.survey_scope(ExportScope(parish.id, dataset=frozen.id))
    assert (survey.n_images, survey.n_annotations, survey.n_spoken_of) == (2, 2, 2)


def test_a_set_without_images_is_refused(rows: Callable[..., list[dict]], frozen: SnapshotInfo) -> None:
    with pytest.raises(RefusedError, match="test set"):
        rows(dataset=frozen.id, split=Split.TEST)


def test_what_was_frozen_otherwise_is_told_of_its_copy(
    service: ExportService, parish: Project, frozen: SnapshotInfo, tmp_path: Path
) -> None:
    request = ExportRequest(parish.id, "listing", tmp_path / "out", dataset=frozen.id, copies_images=True)
    report = service.export(request)
    assert report.what == "frozen dataset V001"
    changed = [problem for problem in report.problems if problem.kind == "image-changed"]
    assert len(changed) == 2
    assert "changed since it was frozen" in changed[0].text
    assert (tmp_path / "out/pictures/a/1.png").read_bytes() == (parish.root / "a/1.png").read_bytes()


def test_predictions_come_with_who_made_them_and_how_sure(rows: Callable[..., list[dict]]) -> None:
    first, second = rows(source=SOURCE)
    assert first["set"] == "test"
    assert first["objects"] == [
        ["line", repr(OUTLINE), "Lines V002", 0.9, False],
        ["stain", repr(Box(2.0, 2.0, 8.0, 8.0)), "Lines V002", 0.3, False],
    ]
    assert (second["path"], second["negative"]) == ("b/1.png", False)  # no person has seen that nothing is there


def test_a_confidence_that_is_named_holds_for_all_classes(
    service: ExportService, parish: Project, tmp_path: Path
) -> None:
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", source=SOURCE, confidence=0.5))
    assert (report.n_annotations, report.what) == (1, "predictions of Lines V002")
    assert [problem.text for problem in report.problems if problem.kind == "predictions-below"] == [
        "1 prediction below the confidence (0.50) left out."
    ]
    assert "1 image on which nothing counts: listed as any other." in [problem.text for problem in report.problems]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"source": SOURCE, "confidence": 0.95}, "None of the predictions"),
        ({"source": SOURCE, "confidence": 2.0}, "from 0 to 1"),
        ({"source": SOURCE, "format": "alto"}, "would pass for labels. Choose one of: listing"),
        ({"dataset": "x", "folders": ("a",)}, "its own images"),
        ({"dataset": "x", "source": SOURCE}, "its own images"),
        ({"safe_names": True}, "copied or linked"),
        ({"options": (("sort", "up"),)}, 'has no option "sort". Its options: order'),
        ({"options": (("order", "sideways"),)}, 'no answer to "order". Choose one of: up, down'),
    ],
)
def test_what_does_not_go_together_is_refused(
    service: ExportService, parish: Project, tmp_path: Path, wish: dict, said: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        service.export(ExportRequest(parish.id, target=tmp_path / "out", **{"format": "listing"} | wish))
    assert said in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_an_answer_reaches_the_format(rows: Callable[..., list[dict]]) -> None:
    assert rows(options=(("order", "down"),)) == rows()[::-1]


def test_linked_pictures_are_the_projects_own_files(service: ExportService, parish: Project, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in parish.root.rglob("*") if path.is_file()}
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", links_images=True))
    assert (report.n_linked, report.n_pictures) == (5, 0)
    for path in before:
        assert (tmp_path / "out/pictures" / path.relative_to(parish.root)).samefile(path)
    assert any(problem.kind in ("images-hard-linked", "images-symbolic-links") for problem in report.problems)
    # An earlier export is replaced: its links go, the files stay.
    service.export(ExportRequest(parish.id, "listing", tmp_path / "out"))
    assert {path: path.stat().st_mtime_ns for path in parish.root.rglob("*") if path.is_file()} == before


def test_where_no_second_name_is_possible_the_link_is_symbolic(
    service: ExportService, parish: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("another disk")

    monkeypatch.setattr(os, "link", refuse)
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", links_images=True))
    link = tmp_path / "out/pictures/a/1.png"
    assert link.is_symlink() and link.samefile(parish.root / "a/1.png")
    assert "5 pictures are symbolic links" in " ".join(problem.text for problem in report.problems)


def test_a_picture_that_is_gone_costs_no_other(service: ExportService, parish: Project, tmp_path: Path) -> None:
    (parish.root / "a/1.png").unlink()
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", links_images=True))
    assert report.n_linked == 4
    assert [problem.file for problem in report.problems if problem.kind == "image-not-linked"] == ["a/1.png"]


@pytest.mark.parametrize(
    ("path", "is_possible"),
    [
        ("a/b.png", True),
        ("console.png", True),
        ("a b/ü.png", True),
        ("con.png", False),
        ("Aux", False),
        ("x/lpt1.tar.gz", False),
        ("nul /x.png", False),
        ("a:b.png", False),
        ("what?.png", False),
        ("folder./x.png", False),
        ("x.png ", False),
        ("back\\slash.png", False),
        ("tab\t.png", False),
        ("\udcff.png", False),
    ],
)
def test_names_that_windows_does_not_take(path: str, is_possible: bool) -> None:
    assert is_windows_path(path) is is_possible
    other = WindowsPaths().take(path)
    assert is_windows_path(other)
    assert (other == path) is is_possible


def test_names_stay_apart_where_case_means_nothing() -> None:
    paths = WindowsPaths()
    assert [paths.take(path) for path in ("a/x.png", "a/X.png", "A/x.PNG", "a/con.png", "a/_con.png")] == [
        "a/x.png",
        "a/X-2.png",
        "A/x-3.PNG",
        "a/_con.png",
        "a/_con-2.png",
    ]
    assert paths.n_changed == 4


def test_copies_can_have_names_for_windows_and_the_annotations_say_the_same(
    service: ExportService, parish: Project, tmp_path: Path, registry: Registry
) -> None:
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", copies_images=True, safe_names=True))
    listed = [json.loads(line)["path"] for line in (tmp_path / "out/listing.jsonl").read_text().splitlines()]
    pictures = tmp_path / "out" / "pictures"
    assert sorted(path.relative_to(pictures).as_posix() for path in pictures.rglob("*.*")) == sorted(listed)
    assert not any(problem.kind == "names-not-for-windows" for problem in report.problems)
