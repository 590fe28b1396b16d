"""What Calque notes in an ALTO file besides what ALTO has names for: as processing steps that elements refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from core.formats.reading.xml_files import Node

SOFTWARE = "Calque"
PREFIX = "calque_"
STEPS: Mapping[str, str] = {
    "baseline": "The baseline was derived from the outline.",
    "box": "The outline is a box.",
    "container": "The block was made to hold lines of which no zone is known.",
    "nesting": "Zones that lie in other zones: inner=outer.",
}
"""What is noted, by the end of its id, with what the file says of it."""

IDS = frozenset(f"{PREFIX}{step}" for step in STEPS)


@dataclass(frozen=True, slots=True)
class Notes:
    """`steps` are those that the file declares as Calque's; `parents` the outer zones of zones, by their ids."""

    steps: frozenset[str] = frozenset()
    parents: Mapping[str, str] = field(default_factory=dict)

    def of(self, references: str) -> frozenset[str]:
        """The notes that an element refers to."""
        if not self.steps or not references:
            return frozenset()
        return frozenset(key.removeprefix(PREFIX) for key in references.split() if key in self.steps)


def notes_of(nodes: Iterable[Node]) -> Notes:
    steps: set[str] = set()
    parents: dict[str, str] = {}
    for node in nodes:
        if node.name == "Processing" and node.attributes.get("ID") in IDS and _is_of_calque(node):
            steps.add(node.attributes["ID"])
            settings = node.find("processingStepSettings")
            for pair in settings.text.split() if settings is not None else ():
                inner, _, outer = pair.partition("=")
                parents[inner] = outer
    return Notes(frozenset(steps), parents)


def step_xml(step: str, settings: str = "") -> str:
    """The element that declares a note."""
    more = f"<processingStepSettings>{escape(settings)}</processingStepSettings>" if settings else ""
    return (
        f'<Processing ID="{PREFIX}{step}"><processingCategory>contentGeneration</processingCategory>'
        f"<processingStepDescription>{STEPS[step]}</processingStepDescription>{more}"
        f"<processingSoftware><softwareName>{SOFTWARE}</softwareName></processingSoftware></Processing>"
    )


def _is_of_calque(node: Node) -> bool:
    software = node.find("processingSoftware")
    name = software.find("softwareName") if software is not None else None
    return name is not None and name.text.strip() == SOFTWARE
