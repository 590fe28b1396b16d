"""Tags of images, and verdicts on suspicions and predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.judgements import ImageTag, TaggedImage
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.upkeep import facts_written
from core.registry.tables.images import ImageRow
from core.registry.tables.judgements import ImageTagRow, LabelReviewRow

# CROSS JOIN has SQLite begin with the tags: they are fewer than the images.
_COUNT_TAGS = """
SELECT tag, count(*) FROM image_tag CROSS JOIN image ON image.id = image_tag.image_id
WHERE image.project_id = ? GROUP BY tag
"""

# --- tags ------------------------------------------------------------------------------------------------------


def put_tags(session: Session, images: Iterable[ImageId], tag: str, note: str, at: datetime) -> tuple[ImageId, ...]:
    """Those of the images that did not have it. A note on one that has it takes the old one's place."""
    new: list[int] = []
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        there = set(session.scalars(select(ImageRow.id).where(ImageRow.id.in_(chunk))))
        has = select(ImageTagRow.image_id).where(ImageTagRow.image_id.in_(chunk), ImageTagRow.tag == tag)
        known = set(session.scalars(has))
        rows = [
            {"image_id": key, "tag": tag, "note": note, "created_at": at}
            for key in dict.fromkeys(chunk)
            if key in there and key not in known
        ]
        if rows:
            session.execute(insert(ImageTagRow), rows)
            new += [key for key in dict.fromkeys(chunk) if key in there and key not in known]
        if note:
            for row in session.scalars(
                select(ImageTagRow).where(ImageTagRow.image_id.in_(known), ImageTagRow.tag == tag)
            ):
                row.note = note
    session.flush()
    facts_written(session, new)
    return tuple(ImageId(str(key)) for key in new)


def delete_tags(session: Session, images: Iterable[ImageId], tag: str) -> tuple[ImageId, ...]:
    """Those of the images that had it."""
    gone: list[int] = []
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        is_wanted = (ImageTagRow.image_id.in_(chunk), ImageTagRow.tag == tag)
        gone += session.scalars(select(ImageTagRow.image_id).where(*is_wanted)).all()
        session.execute(delete(ImageTagRow).where(*is_wanted))
    facts_written(session, gone)
    return tuple(ImageId(str(key)) for key in gone)


def count_tags(session: Session, project: ProjectId) -> dict[str, int]:
    """Images by tag, of the tags that the project has."""
    return dict(cursor_of(session).execute(_COUNT_TAGS, (project,)).fetchall())


def list_tags(session: Session, images: Iterable[ImageId]) -> dict[ImageId, tuple[ImageTag, ...]]:
    """By image, of those that have any; by name."""
    found: dict[ImageId, tuple[ImageTag, ...]] = {}
    for chunk in chunked(map(int, images), KEYS_PER_QUERY):
        query = select(ImageTagRow).where(ImageTagRow.image_id.in_(chunk)).order_by(ImageTagRow.tag)
        for row in session.scalars(query):
            image = ImageId(str(row.image_id))
            found[image] = (*found.get(image, ()), ImageTag(image, row.tag, row.created_at, row.note))
    return found


def list_tagged(session: Session, project: ProjectId, tag: str = "") -> tuple[TaggedImage, ...]:
    """By path and tag; of all tags when none is named."""
    query = select(ImageTagRow, ImageRow.path).join(ImageRow, ImageRow.id == ImageTagRow.image_id)
    query = query.where(ImageRow.project_id == project)
    if tag:
        query = query.where(ImageTagRow.tag == tag)
    return tuple(
        TaggedImage(path, ImageTag(ImageId(str(row.image_id)), row.tag, row.created_at, row.note))
        for row, path in session.execute(query.order_by(ImageRow.path, ImageTagRow.tag))
    )


# --- verdicts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict on what is known by its image (a key), kind, class and place."""

    image: int
    kind: str
    verdict: str
    category: str
    box: Box
    source: str
    created_at: datetime
    note: str = ""


def insert_reviews(session: Session, reviews: Sequence[Review]) -> dict[int, Review]:
    """By key, in order."""
    rows = [
        LabelReviewRow(
            image_id=review.image,
            kind=review.kind,
            verdict=review.verdict,
            category=review.category,
            x0=review.box.x0,
            y0=review.box.y0,
            x1=review.box.x1,
            y1=review.box.y1,
            source=review.source,
            note=review.note,
            created_at=review.created_at,
        )
        for review in reviews
    ]
    session.add_all(rows)
    session.flush()
    return dict(zip((row.id for row in rows), reviews, strict=True))


def take_reviews(session: Session, reviews: Mapping[int, Review]) -> tuple[Review, ...]:
    """Delete them; those that there were. A key that is another verdict's by now, as may be where the last one went,
    is none of them."""
    gone: list[Review] = []
    for chunk in chunked(reviews, KEYS_PER_QUERY):
        query = select(LabelReviewRow).where(LabelReviewRow.id.in_(chunk)).order_by(LabelReviewRow.id)
        found = {row.id: _review(row) for row in session.scalars(query)}
        own = [key for key, review in found.items() if review == reviews[key]]
        session.execute(delete(LabelReviewRow).where(LabelReviewRow.id.in_(own)))
        gone += [found[key] for key in own]
    return tuple(gone)


def list_reviews(session: Session, project: ProjectId, kinds: Sequence[str] = ()) -> tuple[Review, ...]:
    """In the order in which they were given; of all kinds when none is named."""
    query = select(LabelReviewRow).join(ImageRow, ImageRow.id == LabelReviewRow.image_id)
    query = query.where(ImageRow.project_id == project)
    if kinds:
        query = query.where(LabelReviewRow.kind.in_(kinds))
    return tuple(map(_review, session.scalars(query.order_by(LabelReviewRow.id))))


def _review(row: LabelReviewRow) -> Review:
    return Review(
        row.image_id,
        row.kind,
        row.verdict,
        row.category,
        Box(row.x0, row.y0, row.x1, row.y1),
        row.source,
        row.created_at,
        row.note,
    )
