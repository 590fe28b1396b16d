from __future__ import annotations

import json
import shutil

import pytest
from recheck_site import RecheckSite

from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from core.errors import RefusedError
from core.rechecks.kind import TOPIC
from core.runs.testing import run_to_its_end


def test_a_version_predicts_what_it_predicted(site: RecheckSite) -> None:
    record = site.make()
    assert (record.kind, record.name, record.version) == ("recheck", "Recheck of Quick V001", site.quick)
    state = run_to_its_end(site.service, record).state
    assert state is not None
    assert state.reason == "Quick V001 predicts what it predicted when it was measured: 6 objects on 3 test images."
    (result,) = state.results
    assert result.topic == TOPIC
    assert result.content == {
        "format": 1,
        "split": "test",
        "n_images": 3,
        "n_objects": 6,
        "n_different": 0,
        "largest_difference": 0.0,
        "first_image": "",
    }
    assert [(artifact.group, artifact.name) for artifact in state.artifacts] == [("recheck", "predictions.json")]


def test_what_differs_ends_it_as_failed_and_can_be_tried_again(site: RecheckSite) -> None:
    version = site.train("Changed")
    run = site.shop.models.get_version(version).run
    assert run is not None
    file = site.service.layout(run).artifacts / "eval_test" / "predictions.json"
    original = file.read_text()
    stored = json.loads(original)
    stored[0]["score"] -= 0.25
    file.write_text(json.dumps(stored))
    record = site.rechecks.submit(version)
    state = run_to_its_end(site.service, record).state
    assert state is not None and state.status is RunStatus.FAILED
    assert f'The first image that differs is "{stored[0]["file_name"]}"; 1 of 6 objects differ, by up to 0.25.' in (
        state.reason
    )
    assert site.shop.models.get_version(version).status is VersionStatus.AVAILABLE, "it is not the recheck's"
    file.write_text(original)
    state = run_to_its_end(site.service, site.service.retry(record.id)).state
    assert state is not None and (state.status, state.attempt) == (RunStatus.SUCCESS, 2)
    assert [result.content["n_different"] for result in state.results] == [0], "of the newest attempt"


def test_removing_it_never_touches_the_version(site: RecheckSite) -> None:
    record = site.make()
    run_to_its_end(site.service, record)
    before = site.shop.models.get_version(site.quick)
    site.service.remove(record.id, with_files=True)
    assert site.shop.models.get_version(site.quick) == before
    assert before.folder is not None and before.folder.is_dir()


def test_without_the_trainings_files_there_is_nothing_to_compare_with(site: RecheckSite) -> None:
    version = site.train("Lonely")
    run = site.shop.models.get_version(version).run
    assert run is not None
    artifacts = site.service.layout(run).artifacts
    shutil.rmtree(artifacts / "eval_test")
    assert site.rechecks.submit(version).name == "Recheck of Lonely V001", "the validation set was measured too"
    shutil.rmtree(artifacts / "eval_val")
    with pytest.raises(RefusedError, match="nothing to compare with"):
        site.rechecks.submit(version)
    site.service.remove(run, with_files=True)
    with pytest.raises(RefusedError, match="not on this computer"):
        site.rechecks.submit(version)
