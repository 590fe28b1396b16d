"""EfficientNet-Lite0: the published weights in our network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core.errors import WeightsError
from core.workers.builtin.backbones.lite0 import LITE0, LITE0_SOURCE, check_lite0, find_lite0
from core.workers.builtin.backbones.worker.lite0 import CHANNELS, N_PARTS, Lite0, build_lite0, imagenet_state
from core.workers.pretrained import find_pretrained


@pytest.fixture(scope="module")
def network() -> Lite0:
    return build_lite0(pretrained=True).eval()


def test_the_file_is_in_its_package_and_as_it_was_published(tmp_path: Path) -> None:
    path = check_lite0()
    assert path.stat().st_size == LITE0.n_bytes
    assert find_pretrained(LITE0.file, tmp_path, LITE0_SOURCE) == path
    assert find_lite0("another.pth") is None


def test_an_altered_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    content = bytearray(check_lite0().read_bytes())
    content[-1000] ^= 1
    altered = tmp_path / LITE0.file
    altered.write_bytes(content)
    with pytest.raises(WeightsError, match="not the file that was published") as caught:
        imagenet_state(altered)
    assert caught.value.code == "E-354"


def test_every_published_tensor_has_its_place(network: Lite0) -> None:
    state = imagenet_state()
    assert {name for name in state if not name.startswith("classifier.")} == set(network.state_dict())
    learned = [value for name, value in state.items() if "running" not in name and "num_batches" not in name]
    assert sum(value.numel() for value in learned) == LITE0.n_parameters


def test_it_computes_what_the_authors_network_computes(network: Lite0) -> None:
    """The values were computed once with the implementation that the weights were published for."""
    ramp = torch.linspace(-1, 1, 64 * 80).reshape(1, 1, 64, 80)
    x = torch.cat([ramp, -ramp, ramp.square()], 1)
    with torch.no_grad():
        last = network.forward_features(x)
        maps = network.features(x)
    assert last.shape == (1, LITE0.n_features, 2, 3)
    assert last.mean().item() == pytest.approx(0.0749743, abs=1e-5)
    assert last.mean((2, 3))[0, 2].item() == pytest.approx(0.39744, abs=1e-4)
    assert [found.std().item() for found in maps] == pytest.approx([8.40499, 8.09148, 6.56171, 1.91466], abs=1e-3)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (65, 97)])
def test_feature_maps_are_as_fine_as_they_say(network: Lite0, height: int, width: int) -> None:
    with torch.no_grad():
        maps = network.features(torch.zeros(1, 3, height, width))
    assert [found.shape[1] for found in maps] == list(CHANNELS)
    wanted = [(-(-height // stride), -(-width // stride)) for stride in (4, 8, 16, 32)]
    assert [tuple(found.shape[2:]) for found in maps] == wanted


def test_a_frozen_stem_neither_learns_nor_shifts_its_statistics() -> None:
    network = build_lite0(pretrained=False)
    network.freeze_stem(3)
    network.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD((one for one in network.parameters() if one.requires_grad), lr=0.1)
    network.forward_features(torch.randn(2, 3, 64, 64)).square().mean().backward()
    optimizer.step()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert {name for name in changed if name.startswith(("stem.", "stages.0.", "stages.1."))} == set()
    assert {"stages.2.0.expand.norm.running_mean", "stages.2.0.expand.conv.weight"} <= changed
    network.freeze_stem(0)
    assert all(one.requires_grad for one in network.parameters())
    assert all(part.training for part in network.parts())
    with pytest.raises(ValueError, match="not 0 to 9"):
        network.freeze_stem(N_PARTS + 1)


def test_facts_are_known_without_torch() -> None:
    code = "import sys, core.workers.builtin.backbones.lite0 as one; one.find_lite0(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
