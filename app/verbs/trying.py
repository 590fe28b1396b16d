"""`calque try`: what a version finds on single pictures. Nothing of it is kept."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from app.services import Services
from app.verbs.output import Console, VerbResult
from core.domain.counting import counted
from core.domain.names import shown, typed_path
from core.domain.trying import TriedImage, as_json
from core.errors import CalqueError, NotFoundError

REFUSED = 1


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """A picture that cannot be tried is said, and keeps the others from nothing; then the exit code is 1."""
    version = services.models.find_version(arguments.version)
    if version is None:
        raise NotFoundError(f'There is no model version "{arguments.version}".', hint="calque models lists all.")
    chosen = arguments.confidence
    confidence = services.trying.threshold_of(version.id) if chosen is None else chosen
    answers: list[dict[str, Any]] = []
    lines: list[str] = []
    problems: list[dict[str, Any]] = []
    try:
        for number, text in enumerate(arguments.images):
            path = typed_path(text)
            console.progress(number, len(arguments.images), shown(path.name))
            try:
                tried = services.trying.try_image(version.id, path, name=str(path), least=confidence)
            except CalqueError as error:
                problems.append({"image": str(path), "text": error.text, "hint": error.hint})
                console.note(str(error))
                continue
            if chosen is not None and tried.labels:
                tried = replace(tried, limits=(chosen,) * len(tried.categories))
            answers.append(as_json(tried, confidence))
            lines += _lines(tried, confidence)
    finally:
        services.trying.close()
    data = {"version": version.id, "confidence_from": confidence, "images": answers, "problems": problems}
    return VerbResult(data, tuple(lines), code=REFUSED if problems else 0)


def _lines(tried: TriedImage, confidence: float) -> list[str]:
    if tried.labels:
        return _label_lines(tried)
    found = tried.from_confidence(confidence)
    lines = [f"{shown(tried.name)}: {counted(len(found), 'object')} from confidence {confidence:.2f} on"]
    lines += [f"  {sentence}" for sentence in (tried.device_note, *tried.notes) if sentence]
    for item in found:
        corners = ", ".join(f"{value:.0f}" for value in (item.box.x0, item.box.y0, item.box.x1, item.box.y1))
        lines.append(f"  {item.confidence:.2f}  {tried.categories[item.category]}  ({corners})")
    return lines


def _label_lines(tried: TriedImage) -> list[str]:
    """What is said, then how sure it is of the likeliest classes."""
    said = [tried.categories[item.category] for item in tried.said()]
    nothing = "unsure" if tried.is_exclusive else "no tag"
    lines = [f"{shown(tried.name)}: {', '.join(said) or nothing}"]
    lines += [f"  {sentence}" for sentence in (tried.device_note, *tried.notes) if sentence]
    return lines + [f"  {item.confidence:7.1%}  {tried.categories[item.category]}" for item in tried.shown()]
