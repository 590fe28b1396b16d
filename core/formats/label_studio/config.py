"""The labeling interface, as a file beside the tasks: written for Label Studio, and read for the order of classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from core.domain.names import one_line
from core.errors import FormatError
from core.formats.reading.text_files import is_plain_file
from core.formats.reading.xml_files import read_xml

CONFIG_FILE = "label_config.xml"
IMAGE, BOXES, POLYGONS, CLASSES, TEXT = "image", "boxes", "polygons", "classes", "text"
_COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22")


def labels_beside(file: Path) -> Iterator[str]:
    """Classes in the order of the interface, none if there is no such file or it cannot be read."""
    config = file.with_name(CONFIG_FILE)
    if not is_plain_file(config):
        return
    try:
        root = read_xml(config)
    except FormatError:
        return
    for node in root.walk():
        if node.name in ("Label", "Choice"):
            name = one_line(node.attributes.get("value", ""))
            if name:
                yield name


def config_text(categories: Sequence[str], *, has_classes: bool, has_texts: bool) -> str:
    """With a field for texts of regions and with choices for whole images where the data set has such."""
    lines = ["<View>", f'  <Image name="{IMAGE}" value="${IMAGE}" zoom="true"/>']
    for tag, name in (("RectangleLabels", BOXES), ("PolygonLabels", POLYGONS)):
        lines.append(f'  <{tag} name="{name}" toName="{IMAGE}">')
        for number, category in enumerate(categories):
            colour = _COLOURS[number % len(_COLOURS)]
            lines.append(f'    <Label value={quoteattr(category)} background="{colour}"/>')
        lines.append(f"  </{tag}>")
    if has_classes:
        lines.append(f'  <Choices name="{CLASSES}" toName="{IMAGE}" choice="multiple">')
        lines += [f"    <Choice value={quoteattr(category)}/>" for category in categories]
        lines.append("  </Choices>")
    if has_texts:
        lines.append(f'  <TextArea name="{TEXT}" toName="{IMAGE}" perRegion="true" editable="true"/>')
    return "\n".join([*lines, "</View>", ""])
