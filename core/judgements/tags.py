"""Tags of images: what is to be looked at again, what is hard, what is left out of training."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from core import clock
from core.domain.changes import Changed
from core.domain.ids import ImageId, ProjectId
from core.domain.judgements import MAX_TAG, USUAL_TAGS, ImageTag, TaggedImage
from core.domain.names import shown
from core.errors import RefusedError
from core.evaluation.files import text_cell
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import judgements as store


class TagService:
    """Every method may be called on any thread. Nothing here touches ground truth."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def add(self, images: Iterable[ImageId], tag: str, note: str = "") -> Changed[tuple[ImageId, ...]]:
        """The images that did not have it: `remove` with these undoes it. Raises RefusedError for what is no tag."""
        tag = check_tag(tag)
        with self._registry.write() as session:
            new = store.put_tags(session, images, tag, note.strip(), clock.now())
            return Changed(new, noted(session))

    def remove(self, images: Iterable[ImageId], tag: str) -> Changed[tuple[ImageId, ...]]:
        """The images that had it: `add` with these undoes it."""
        with self._registry.write() as session:
            gone = store.delete_tags(session, images, tag)
            return Changed(gone, noted(session))

    def count(self, project: ProjectId) -> dict[str, int]:
        """Images by tag: the usual ones in their order, then a person's own by name."""
        with self._registry.read() as session:
            found = store.count_tags(session, project)
        usual = {tag: found.pop(tag, 0) for tag in USUAL_TAGS}
        return usual | {tag: found[tag] for tag in sorted(found, key=str.casefold)}

    def of_images(self, images: Iterable[ImageId]) -> dict[ImageId, tuple[ImageTag, ...]]:
        """By image, of those that have any."""
        with self._registry.read() as session:
            return store.list_tags(session, images)

    def list_tagged(self, project: ProjectId, tag: str = "") -> tuple[TaggedImage, ...]:
        """By path; of all tags when none is named."""
        with self._registry.read() as session:
            return store.list_tagged(session, project, tag)

    def as_csv(self, project: ProjectId, tag: str = "") -> str:
        """A line for each image and tag: image, tag, note, when."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("image", "tag", "note", "tagged_at"))
        for item in self.list_tagged(project, tag):
            texts = (text_cell(text) for text in (shown(item.path), item.tag.tag, item.tag.note))
            writer.writerow((*texts, item.tag.created_at.isoformat()))
        return lines.getvalue()


def check_tag(text: str) -> str:
    """The tag on one line, without blanks round it. Raises RefusedError when it is empty, too long, or cannot be
    shown."""
    tag = " ".join(text.split())
    if not tag:
        raise RefusedError("A tag needs a name.", code="E-110")
    if len(tag) > MAX_TAG:
        raise RefusedError(f"A tag has at most {MAX_TAG} characters; this one has {len(tag)}.", code="E-111")
    if shown(tag) != tag:
        raise RefusedError(f'The tag "{shown(tag)}" has characters that cannot be shown.')
    return tag
