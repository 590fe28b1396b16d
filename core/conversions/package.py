"""What lies beside a converted model: what it is, its classes, how it is used, its licence. JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.conversions.payload import Threshold
from core.conversions.pictures import draw_example
from core.domain.conversions import ModelChoice, ModelFormat
from core.models.licences import NOTICE_FILE, licence_text, licences_of, notice, to_json
from core.workers.api import Converted

PACKAGE_FILE = "package.json"
PACKAGE_FORMAT = 1
CLASSES_FILE, CLASSES_TEXT = "classes.json", "classes.txt"
README_FILE, LICENCE_FILE, EXAMPLE_IMAGE = "README.md", "LICENSE.txt", "example.jpg"

MAX_OBJECTS = 300
SUPPRESSION_IOU = 0.7

_ORIGIN = ("name", "description", "task", "architecture", "worker", "worker_version", "snapshot_label", "created_at")


def write_package(
    folder: Path,
    *,
    model: Mapping[str, Any],
    format: ModelFormat,
    choice: ModelChoice,
    converted: Converted,
    threshold: Threshold,
    verification: Mapping[str, Any],
    verdict: str,
) -> dict[str, Any]:
    """Everything but the model and its example, which lie in `folder` already; what package.json says. Raises OSError.

    Nothing of this computer is in it: packages are handed on.
    """
    package = {
        "format": PACKAGE_FORMAT,
        **{key: model[key] for key in _ORIGIN if model.get(key) not in (None, "")},
        "version_weights_sha256": model.get("weights_sha256", ""),
        "classes": [str(name) for name in model["categories"]],
        "model": converted.model,
        "model_format": choice.format,
        "precision": choice.precision,
        "form": choice.form,
        "input": {
            "name": "images",
            **{_INPUT_NAMES.get(key, key): value for key, value in dict(model["preprocessing"]).items()},
            "is_fixed_size": choice.is_fixed_size,
        },
        "suppression_iou": SUPPRESSION_IOU,
        "max_objects": MAX_OBJECTS,
        "threshold": {"value": threshold.value, "about": threshold.about, "by_class": dict(threshold.by_class)},
        "licence": converted.licence,
        "licences": to_json(licences_of(model)),
        "libraries": dict(converted.libraries),
        "verification": dict(verification),
    }
    write_json(folder / PACKAGE_FILE, package)
    classes = package["classes"]
    write_json(folder / CLASSES_FILE, classes)
    _write(folder / CLASSES_TEXT, "".join(f"{name}\n" for name in classes))
    _write(folder / LICENCE_FILE, own_licence(converted.licence))
    _write(folder / NOTICE_FILE, notice(model))
    _write(folder / README_FILE, _readme(package, format, choice, converted, verdict))
    draw_example(folder / EXAMPLE_IMAGE)
    return package


def write_json(path: Path, value: Any) -> None:
    _write(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def own_licence(licence: str) -> str:
    """The whole text where it is Calque's own licence too, else what it is called."""
    about = f"This model is under the licence {licence}, as the network and the engine that trained it are.\n"
    text = licence_text(licence)
    if not text and licence.startswith("AGPL-3.0"):
        text = "Its text: https://www.gnu.org/licenses/agpl-3.0.txt\n"
    return f"{about}\n{text}" if text else about


_INPUT_NAMES: Mapping[str, str] = {"imgsz": "image_size"}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _readme(
    package: Mapping[str, Any], format: ModelFormat, choice: ModelChoice, converted: Converted, verdict: str
) -> str:
    name = package.get("name") or package.get("architecture") or "Model"
    options = [
        option.title
        for option in (format.find_precision(choice.precision), format.find_form(choice.form))
        if option is not None
    ]
    if format.has_sizes:
        options.append("one size of image" if choice.is_fixed_size else "any size of image")
    about = f"{format.title}{f' ({chr(44).join(options)})' if options else ''}".replace(",", ", ")
    threshold = package["threshold"]
    parts = [
        f"# {name} as {about}",
        str(package.get("description", "")),
        "Trained and exported with Calque. " + (f"**{format.notice}**" if format.notice else ""),
        "## What is in it",
        _listed(
            (
                (converted.model, "the model"),
                (converted.example, f"finds the objects of a picture: {_how_to_run(converted)}"),
                (f"{CLASSES_FILE}, {CLASSES_TEXT}", "the classes in the order of the model's output"),
                (PACKAGE_FILE, "what the model wants and gives, for programs"),
                (EXAMPLE_IMAGE, "a page drawn by Calque, to try it on"),
                (LICENCE_FILE, f"{converted.licence}"),
                (NOTICE_FILE, "what the model descends from, each part with its licence"),
                ("SHA256SUMS", "of every file"),
            )
        ),
        "## Use",
        converted.usage,
        "## Input",
        _input(package["input"]),
        "## Threshold",
        f"Objects surer than **{threshold['value']:.3f}** are taken. {threshold['about']}",
        "## Checked",
        verdict,
        "## Classes",
        "\n".join(f"{index}. {item}" for index, item in enumerate(package["classes"])),
    ]  # fmt: skip
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _how_to_run(converted: Converted) -> str:
    install = f"`pip install {' '.join(converted.requirements)}`, then " if converted.requirements else ""
    return f"{install}`python {converted.example} IMAGE` in this folder"


def _listed(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"* `{name}`: {what}" for name, what in rows)


def _input(wanted: Mapping[str, Any]) -> str:
    size = wanted.get("image_size")
    where = (
        f"padded to {size} x {size} pixels"
        if wanted["is_fixed_size"]
        else f"and padded to the next multiple of {wanted.get('stride')} pixels"
    )
    return (
        f"The upright picture, its longer side scaled to {size} pixels (bilinear, without smoothing), {where} with "
        f"grey {wanted.get('padding')}, {wanted.get('channels')}, values from 0 to 1, as (1, 3, height, width)."
    )
