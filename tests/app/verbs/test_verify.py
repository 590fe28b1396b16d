"""`calque verify --images`: which images of frozen datasets are not what was frozen, and what was hashed for it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.services import Services, open_services
from app.verbs.library import run_verify
from app.verbs.output import Console
from core.datasets.manifest import freeze_image
from core.domain.snapshots import SnapshotImage, Split
from core.home import Home
from core.images.hashing import sha256_of
from core.registry.stores import projects

PLAIN = argparse.Namespace(images=False, full=False, recount=False)
IMAGES = argparse.Namespace(images=True, full=False, recount=False)
FULL = argparse.Namespace(images=False, full=True, recount=False)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with open_services(Home(tmp_path / "home")) as services:
        yield services


@pytest.fixture
def picture(services: Services, tmp_path: Path) -> Path:
    """Of the one image of a frozen dataset."""
    file = tmp_path / "images" / "a.png"
    file.parent.mkdir()
    Image.new("RGB", (9, 9)).save(file)
    os.utime(file, ns=(10**18, 10**18))
    image = SnapshotImage("a.png", sha256_of(file), 9, 9, 1, Split.TRAIN, ())
    with services.registry.write() as session:
        project = projects.insert_project(session, name="Pages", root=file.parent)
    services.datasets.freeze(project, [freeze_image(image)], ["line"])
    return file


def test_images_are_looked_at_when_asked_for(services: Services, picture: Path) -> None:
    console = Console()
    assert run_verify(services, PLAIN, console).data == {"ok": True, "problems": []}
    first = run_verify(services, IMAGES, console)
    assert first.data["images"] == {"looked_at": 1, "hashed": 1}
    assert first.lines[-1] == "1 image of frozen datasets looked at, 1 hashed."
    assert run_verify(services, IMAGES, console).data["images"] == {"looked_at": 1, "hashed": 0}
    assert run_verify(services, FULL, console).data["images"] == {"looked_at": 1, "hashed": 1}

    picture.unlink()

    gone = run_verify(services, IMAGES, console)
    assert gone.code == 1
    assert [problem["file"] for problem in gone.data["problems"]] == ["a.png"]


@pytest.mark.usefixtures("picture")
def test_a_damaged_manifest_does_not_end_the_check(services: Services) -> None:
    (project,) = services.projects.list_projects()
    (snapshot,) = services.datasets.list_snapshots(project.id)
    services.datasets.file_of(snapshot.id).unlink()

    result = run_verify(services, IMAGES, Console())

    assert {problem["kind"] for problem in result.data["problems"]} == {"snapshot-damaged", "images-not-checked"}
