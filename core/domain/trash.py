"""Images and projects that were removed and can be brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.counting import counted
from core.domain.ids import ImageId, ProjectId
from core.domain.names import shown


@dataclass(frozen=True, slots=True)
class TrashedImage:
    """Was removed from its project; its file is where it was."""

    image: ImageId
    path: str  # relative to the project's root
    removed_at: datetime
    n_annotations: int


@dataclass(frozen=True, slots=True)
class TrashedProject:
    """Was removed, with all it had, and nothing of it was deleted yet."""

    id: ProjectId
    name: str
    removed_at: datetime
    n_images: int
    n_annotations: int


@dataclass(frozen=True, slots=True)
class RestoredImages:
    """`taken` are paths that another image has by now: those images stay in the trash."""

    images: tuple[ImageId, ...]
    taken: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()  # had been deleted, and came back with them

    @property
    def text(self) -> str:
        """Sentences for people."""
        parts = [f"{counted(len(self.images), 'image')} restored."]
        if self.taken:
            named = shown(self.taken[0]) + (f" and {len(self.taken) - 1} more" if len(self.taken) > 1 else "")
            parts.append(f"Left in the trash, since another image has the path now: {named}.")
        if self.classes:
            parts.append(f"Classes that came back with them: {', '.join(map(shown, self.classes))}.")
        return " ".join(parts)
