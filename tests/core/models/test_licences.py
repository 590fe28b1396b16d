"""Licences travel with a version: written down when it is published, inherited, and told in card and exports."""

from __future__ import annotations

from core.domain.licences import UNKNOWN_LICENCE, LicenceLine
from core.models.card import make_card
from core.models.licences import licence_text, licences_of, network_line, notice, to_json, with_start

NETWORK = network_line("yolo11n", "AGPL-3.0")
STARTER = LicenceLine("starter Pages", "AGPL-3.0", "AGPL-3.0-or-later")
BACKBONE = LicenceLine("pretrained weights lite0.pth", "Apache-2.0", "Apache-2.0")


def model(*lines: LicenceLine) -> dict[str, object]:
    return {"name": "Lines V001", "architecture": "yolo11n", "licences": to_json(lines)}


def test_what_starts_from_a_version_inherits_its_licences() -> None:
    first = licences_of(model(*with_start(NETWORK, [STARTER])))
    second = with_start(NETWORK, first)
    assert first == second == (NETWORK, STARTER), "each part once"
    other = network_line("lite0-fcos", "")
    assert with_start(other, first) == (other, NETWORK, STARTER)
    assert other.code == UNKNOWN_LICENCE


def test_of_an_older_version_nothing_is_guessed() -> None:
    from_scratch = licences_of({"architecture": "yolo11n", "start": "scratch"})
    assert [(line.code, line.weights) for line in from_scratch] == [(UNKNOWN_LICENCE, "")]
    continued = licences_of({"architecture": "yolo11n", "start": "the file other.pt"})
    assert continued[1] == LicenceLine("the file other.pt", weights=UNKNOWN_LICENCE)


def test_the_card_has_them() -> None:
    card = make_card(model(NETWORK, BACKBONE))
    assert "## Licences" in card
    assert "| pretrained weights lite0.pth | Apache-2.0 | Apache-2.0 |" in card
    assert "## Licences" not in make_card({"name": "Lines V001"})


def test_the_notice_has_every_part_and_every_text_once() -> None:
    text = notice(model(NETWORK, STARTER, BACKBONE))
    assert "* starter Pages: code AGPL-3.0, weights AGPL-3.0-or-later" in text
    assert text.count("GNU AFFERO GENERAL PUBLIC LICENSE") == licence_text("AGPL-3.0").count(
        "GNU AFFERO GENERAL PUBLIC LICENSE"
    )
    assert "AGPL-3.0, AGPL-3.0-or-later\n" in text
    assert "Apache License" in text
    assert "Unknown means" not in text
    assert "Unknown means that nobody told Calque" in notice({"start": "the file other.pt"})


def test_a_name_that_leads_elsewhere_has_no_text() -> None:
    assert licence_text("../../LICENSE") == licence_text("unknown") == licence_text("") == ""
