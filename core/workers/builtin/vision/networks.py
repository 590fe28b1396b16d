"""The networks that label images, as a list for people. Parameters were counted with ImageNet's 1,000 classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.workers import NetworkInfo

LITE0 = "efficientnet-lite0"
TORCHVISION_LICENCE = "BSD-3-Clause"
STRIDE = 32

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """`builder` is torchvision's name, "" = our own. `pretrained` is the file name of published weights.

    `mean` and `std` are what the published weights were learned with, of colours from 0 to 1.
    """

    title: str
    builder: str
    n_parameters: int
    image_size: int  # that it was made for
    pretrained: str
    smallest: int = STRIDE  # side of an image that it can look at
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    licence: str = TORCHVISION_LICENCE


NETWORKS: Mapping[str, NetworkFacts] = {
    LITE0: NetworkFacts(
        "EfficientNet-Lite0",
        "",
        4_652_008,
        224,
        "efficientnet-lite0-57934424.pth",
        mean=(127 / 255,) * 3,
        std=(128 / 255,) * 3,
        licence="Apache-2.0",
    ),
    "efficientnet-b0": NetworkFacts(
        "EfficientNet B0", "efficientnet_b0", 5_288_548, 224, "efficientnet_b0_rwightman-7f5810bc.pth"
    ),
    "efficientnet-b1": NetworkFacts(
        "EfficientNet B1", "efficientnet_b1", 7_794_184, 240, "efficientnet_b1_rwightman-bac287d4.pth"
    ),
    "efficientnet-b2": NetworkFacts(
        "EfficientNet B2", "efficientnet_b2", 9_109_994, 288, "efficientnet_b2_rwightman-c35c1473.pth"
    ),
    "efficientnet-b3": NetworkFacts(
        "EfficientNet B3", "efficientnet_b3", 12_233_232, 300, "efficientnet_b3_rwightman-b3899882.pth"
    ),
    "efficientnet-b4": NetworkFacts(
        "EfficientNet B4", "efficientnet_b4", 19_341_616, 380, "efficientnet_b4_rwightman-23ab8bcd.pth"
    ),
    "mobilenet-v2": NetworkFacts("MobileNet v2", "mobilenet_v2", 3_504_872, 224, "mobilenet_v2-7ebf99e0.pth"),
    "mobilenet-v3-small": NetworkFacts(
        "MobileNet v3 small", "mobilenet_v3_small", 2_542_856, 224, "mobilenet_v3_small-047dcff4.pth"
    ),
    "mobilenet-v3-large": NetworkFacts(
        "MobileNet v3 large", "mobilenet_v3_large", 5_483_032, 224, "mobilenet_v3_large-5c1a4163.pth"
    ),
    "resnet-18": NetworkFacts("ResNet 18", "resnet18", 11_689_512, 224, "resnet18-f37072fd.pth"),
    "resnet-50": NetworkFacts("ResNet 50", "resnet50", 25_557_032, 224, "resnet50-11ad3fa6.pth"),
    "resnet-101": NetworkFacts("ResNet 101", "resnet101", 44_549_160, 224, "resnet101-cd907fc2.pth"),
    "vgg-16": NetworkFacts("VGG 16", "vgg16", 138_357_544, 224, "vgg16-397923af.pth"),
    "inception-v3": NetworkFacts(
        "Inception v3",
        "inception_v3",
        27_161_264,
        299,
        "inception_v3_google-0cc3c7bd.pth",
        smallest=96,
        mean=HALF,
        std=HALF,
    ),
    "googlenet": NetworkFacts(
        "GoogLeNet (Inception v1)", "googlenet", 6_624_904, 224, "googlenet-1378be20.pth", mean=HALF, std=HALF
    ),
}
"""By the name that configurations and model.json hold. All see with their convolutions; the head is our own."""


def networks() -> tuple[NetworkInfo, ...]:
    """In the order of the list: the one whose weights come with Calque first."""
    return tuple(
        NetworkInfo(name, facts.title, {"network": name}, facts.n_parameters, facts.licence)
        for name, facts in NETWORKS.items()
    )
