"""A training in words: projects, models and configurations by their names, as a file or a command holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.workers import ConfigValue


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """`start` is "scratch", "pretrained", "starter:NAME", a version's id, or the path of a weights file.

    `values` are laid over those of the named configuration.
    """

    project: str = ""
    name: str = ""
    worker: str = ""
    configuration: str = ""
    model: str = ""
    model_description: str = ""
    version_name: str = ""
    start: str = "scratch"
    allow_download: bool = False
    train: tuple[str, ...] = ()
    val: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    stated_sets: tuple[str, ...] = ()
    val_ratio: float = 0.2
    classes: tuple[str, ...] = ()
    seed: int = 0
    device: str = "cpu"
    minutes: float | None = 60.0
    use_images_without_objects: bool = False
    include_model_annotations: bool = False
    task: str = ""
    crop_of: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()  # each a list of classes as "a + b"
    # Each the name of a saved filter, or a filter of its own as JSON, which begins with "{".
    train_filter: str = ""
    val_filter: str = ""
    test_filter: str = ""
    tagged: tuple[str, ...] = ()  # splits whose images have the tag of that split
    dataset: str = ""  # its name
    sets: tuple[str, ...] = ()  # of the dataset; () = all, by their roles
    values: Mapping[str, ConfigValue] = field(default_factory=dict)
