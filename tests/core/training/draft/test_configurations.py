"""Named configurations: made, renamed, edited, exported, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from service_workshop import Shop

from app.controllers.configuration_files import read_configuration
from core.domain.changes import Changes
from core.errors import NotFoundError, RefusedError, StorageError


def test_a_configuration_is_renamed_edited_and_deleted(shop: Shop) -> None:
    service = shop.training.configurations
    made = service.create_configuration("fake", " Quick ", {"n_steps": 3}).value
    assert made.id is not None
    renamed = service.rename_configuration(made.id, "Brisk")
    assert (renamed.value.name, renamed.changes) == ("Brisk", Changes.of(configurations=[made.id]))
    edited = service.edit_configuration(made.id, {"n_steps": 4})
    assert (dict(edited.value.values), edited.changes) == ({"n_steps": 4}, Changes.of(configurations=[made.id]))
    assert service.rename_configuration(made.id, "Brisk").changes.is_empty
    assert service.delete_configuration(made.id) == Changes.of(configurations=[made.id])
    assert service.find_configuration("fake", "Brisk") is None
    for deed in (lambda id: service.delete_configuration(id), lambda id: service.rename_configuration(id, "x")):
        with pytest.raises(NotFoundError):
            deed(made.id)


def test_names_and_values_that_cannot_be(shop: Shop) -> None:
    service = shop.training.configurations
    made, other = (service.create_configuration("fake", name, {}).value for name in ("A", "B"))
    presets = [item.name for item in service.list_configurations("fake") if item.id is None]
    assert made.id is not None
    refused = [("", "E-110"), ("x" * 251, "E-111"), (other.name, "E-130"), *((name, "E-130") for name in presets)]
    for name, code in refused:
        with pytest.raises(RefusedError) as caught:
            service.rename_configuration(made.id, name)
        assert caught.value.code == code
    with pytest.raises(RefusedError) as caught:
        service.edit_configuration(made.id, {"n_steps": -1})
    assert caught.value.code == "E-132"


def test_what_a_run_used_keeps_its_values_but_not_its_place(shop: Shop) -> None:
    service = shop.training.configurations
    made = service.create_configuration("fake", "Quick", {"n_steps": 3}).value
    assert made.id is not None
    draft = shop.draft(configuration=made.id, configuration_name=made.name, values=made.values)
    run = shop.training.submit(draft).value
    assert service.get_configuration(made.id).is_locked
    with pytest.raises(RefusedError, match="a run has used it"):
        service.edit_configuration(made.id, {"n_steps": 4})
    service.rename_configuration(made.id, "Brisk")
    assert "--configuration Brisk" in shop.training.review(shop.training.draft_from_run(run.id)).command
    service.delete_configuration(made.id)
    again = shop.training.draft_from_run(run.id)
    assert dict(again.values) == {"n_steps": 3}
    review = shop.training.review(again)
    assert not [issue for issue in review.issues if issue.page == "configuration"]
    assert "n_steps=3" in review.command
    assert "--configuration" not in review.command


def test_an_exported_configuration_can_be_imported_again(shop: Shop, tmp_path: Path) -> None:
    service = shop.training.configurations
    made = service.create_configuration("fake", "Quick", {"n_steps": 3}).value
    file = service.export_configuration(made, tmp_path / "quick.json")
    read = read_configuration(file, "fake")
    assert (read.name, read.worker, dict(read.values)) == ("Quick", "fake", {"n_steps": 3})
    with pytest.raises(StorageError):
        service.export_configuration(made, tmp_path / "nowhere" / "quick.json")
