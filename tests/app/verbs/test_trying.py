"""`calque try` on a version that was really trained, in a real process."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

import pytest
from PIL import Image

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("rechecks", "training")]

from recheck_site import RecheckSite

from app.services import Services
from app.verbs import trying
from app.verbs.output import Console
from core.errors import NotFoundError


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    site = RecheckSite(tmp_path_factory.mktemp("trying"))
    made = Services(site.shop.home, site.shop.registry)
    yield made
    site.close()


def test_pictures_are_tried_and_what_cannot_be_is_said(services, tmp_path, capsys):
    good, bad = tmp_path / "a.png", tmp_path / "b.png"
    Image.new("RGB", (60, 40)).save(good)
    bad.write_text("no picture")
    version = services.trying.list_versions()[0]
    asked = Namespace(version=version.id, images=[str(bad), str(good)], confidence=None)

    result = trying.run(services, asked, Console(is_json=True))

    assert result.code == 1
    (answer,) = result.data["images"]
    assert (answer["image"], answer["width"], answer["objects"]) == (str(good), 60, [])
    assert result.data["problems"][0]["image"] == str(bad)
    assert "not a picture" in capsys.readouterr().err
    assert not services.trying.is_warm


def test_an_unknown_version_is_refused(services):
    with pytest.raises(NotFoundError, match="no model version"):
        trying.run(services, Namespace(version="nobody", images=[], confidence=None), Console())
