"""What the workers that label start from."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.domain.training import StartKind
from core.errors import WeightsError
from core.workers.api import Start
from core.workers.builtin.backbones.lite0 import find_lite0
from core.workers.builtin.vision.networks import LITE0, NETWORKS
from core.workers.builtin.vision.pretrained import SOURCE
from core.workers.builtin.vision.worker.labeller import Labeller
from core.workers.builtin.vision.worker.weights import load_start, published_state, rebuild, write_weights
from core.workers.pretrained import ALTERED
from core.workers.testing import RecordingReporter


def _version(folder: Path, categories: list[str], network: str = LITE0) -> tuple[Start, Labeller]:
    torch.manual_seed(7)
    made = Labeller(network, len(categories))
    torch.nn.init.normal_(made.head.bias)
    write_weights(published_state(made), folder / "weights.safetensors")
    model = {"architecture": network, "categories": categories, "network": {"name": network}, "label": "birds V002"}
    start = Start(StartKind.VERSION, folder / "weights.safetensors", model)
    return start, rebuild(folder / "weights.safetensors", model)


def test_rows_of_shared_classes_are_kept_by_name_and_the_others_are_fresh(tmp_path: Path) -> None:
    start, source = _version(tmp_path, ["crow", "Owl ", "tit"])
    categories = ["owl", "heron", "crow", "wren"]
    torch.manual_seed(1)
    fresh = Labeller(LITE0, 4)
    torch.manual_seed(1)
    network = Labeller(LITE0, 4)
    reporter = RecordingReporter()
    load_start(network, LITE0, start, categories, reporter)
    for row, (known, place) in enumerate([(source, 1), (fresh, 1), (source, 0), (fresh, 3)]):
        assert torch.equal(network.head.weight[row], known.head.weight[place])
        assert torch.equal(network.head.bias[row], known.head.bias[place])
    stem = source.stem.state_dict()
    assert all(torch.equal(value, stem[name]) for name, value in network.stem.state_dict().items())
    assert reporter.warnings == [
        "The starting version has the classes crow, Owl , tit; this run has owl, heron, crow, wren. "
        "Shared classes are kept, the others start fresh."
    ]
    assert reporter.logs[-1] == ("info", "Started from birds V002: 2 of 4 classes known.")


def test_the_same_classes_continue_without_a_word(tmp_path: Path) -> None:
    start, source = _version(tmp_path, ["crow", "owl"])
    network, reporter = Labeller(LITE0, 2), RecordingReporter()
    load_start(network, LITE0, start, ["crow", "owl"], reporter)
    found = source.state_dict()
    assert all(torch.equal(value, found[name]) for name, value in network.state_dict().items())
    assert reporter.warnings == []


def test_a_version_of_another_network_is_refused(tmp_path: Path) -> None:
    start, _ = _version(tmp_path, ["crow", "owl"])
    with pytest.raises(WeightsError, match="birds V002 is efficientnet-lite0") as refused:
        load_start(Labeller("mobilenet-v3-small", 2), "mobilenet-v3-small", start, ["crow", "owl"], RecordingReporter())
    assert refused.value.code == "E-142"


def test_weights_that_come_with_calque_are_found_and_loaded() -> None:
    name = NETWORKS[LITE0].pretrained
    file = SOURCE.bundled(name)
    assert file == find_lite0()
    network = Labeller(LITE0, 2)
    before = network.stem.state_dict()["head.conv.weight"].clone()
    load_start(network, LITE0, Start(StartKind.PRETRAINED, file), ["a", "b"], RecordingReporter())
    assert not torch.equal(network.stem.state_dict()["head.conv.weight"], before)


def test_altered_weights_are_not_opened(tmp_path: Path) -> None:
    file = find_lite0()
    assert file is not None
    content = bytearray(file.read_bytes())
    content[5_000_000] ^= 1
    altered = tmp_path / file.name
    altered.write_bytes(content)
    with pytest.raises(WeightsError, match="not the file that was published") as refused:
        load_start(Labeller(LITE0, 2), LITE0, Start(StartKind.PRETRAINED, altered), ["a", "b"], RecordingReporter())
    assert refused.value.code == ALTERED
    named = tmp_path / NETWORKS["mobilenet-v3-small"].pretrained
    named.write_bytes(content)
    with pytest.raises(WeightsError, match="not the file that was published"):
        load_start(
            Labeller("mobilenet-v3-small", 2),
            "mobilenet-v3-small",
            Start(StartKind.PRETRAINED, named),
            ["a", "b"],
            RecordingReporter(),
        )


def test_a_foreign_file_of_the_same_network_is_read(tmp_path: Path) -> None:
    from torchvision import models

    torch.manual_seed(3)
    foreign = models.mobilenet_v3_small(weights=None)
    torch.save(foreign.state_dict(), tmp_path / "mine.pth")
    network = Labeller("mobilenet-v3-small", 2)
    start = Start(StartKind.FILE, tmp_path / "mine.pth")
    load_start(network, "mobilenet-v3-small", start, ["a", "b"], RecordingReporter())
    theirs = foreign.features.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in network.stem.state_dict().items())


class _Harm:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return (Path.touch, (Path("harmed"),))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda path: path.write_bytes(pickle.dumps({"features.0": _Harm()})), "refused"),
        (lambda path: path.write_bytes(b"PK\x03\x04 not really"), "refused"),
        (lambda path: torch.save({"other.weight": torch.zeros(3)}, path), "another network"),
        (lambda path: torch.save([1, 2], path), "no network's numbers"),
    ],
)
def test_other_files_are_refused_and_nothing_in_them_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Callable[[Path], object], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "strange.pth"
    content(path)
    with pytest.raises(WeightsError, match=says):
        load_start(Labeller(LITE0, 2), LITE0, Start(StartKind.FILE, path), ["a", "b"], RecordingReporter())
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ("vgg-16", "resnet-101")])
def test_every_network_sees_and_has_a_head(name: str) -> None:
    network = Labeller(name, 3).eval()
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, NETWORKS[name].smallest, NETWORKS[name].smallest)).shape == (1, 3)
    assert SOURCE.has(NETWORKS[name].pretrained) == bool(NETWORKS[name].builder)
