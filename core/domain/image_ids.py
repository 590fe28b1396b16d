"""Ids of a million images without a million objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from core.domain.ids import ImageId

if TYPE_CHECKING:  # the window's first paint does not wait for it
    import numpy as np
    import numpy.typing as npt

_AT_ONCE = 10_000
_HIGHEST_IN_TABLE = 50_000_000  # a byte each; above, sorting is cheaper than so large a table


class ImageIds(Sequence[ImageId]):
    """Ids of images in an order, eight bytes each; immutable. An `ImageId` is made when one is asked for.

    `keys` are the registry's numbers, int64; nobody writes to them.
    """

    __slots__ = ("keys",)

    def __init__(self, keys: npt.NDArray[np.int64]) -> None:
        self.keys = keys

    @classmethod
    def of(cls, ids: Iterable[ImageId]) -> ImageIds:
        """Of ids that the registry gave."""
        import numpy as np

        return ids if isinstance(ids, ImageIds) else cls(np.array([int(id) for id in ids], dtype=np.int64))

    def find(self, image: object) -> int | None:
        """Where an image is; None when it is not there. A millisecond in a million."""
        if not isinstance(image, str) or not image.isdecimal():
            return None
        found = (self.keys == int(image)).argmax() if len(self.keys) else 0
        is_there = len(self.keys) > 0 and self.keys[found] == int(image)
        return int(found) if is_there else None

    def among(self, others: ImageIds) -> npt.NDArray[np.bool_]:
        """Of each, whether it is one of the others. Some milliseconds for a million."""
        import numpy as np

        if not len(self.keys) or not len(others.keys):
            return np.zeros(len(self.keys), dtype=np.bool_)
        highest = max(int(self.keys.max()), int(others.keys.max()))
        if int(self.keys.min()) < 0 or int(others.keys.min()) < 0 or highest > _HIGHEST_IN_TABLE:
            return np.isin(self.keys, others.keys)
        is_there = np.zeros(highest + 1, dtype=np.bool_)
        is_there[others.keys] = True
        found: npt.NDArray[np.bool_] = is_there[self.keys]
        return found

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> ImageId: ...

    @overload
    def __getitem__(self, index: slice) -> ImageIds: ...

    def __getitem__(self, index: int | slice) -> ImageId | ImageIds:
        if isinstance(index, slice):
            return ImageIds(self.keys[index])
        return ImageId(str(self.keys[index]))

    def __iter__(self) -> Iterator[ImageId]:
        for start in range(0, len(self.keys), _AT_ONCE):
            for key in self.keys[start : start + _AT_ONCE].tolist():
                yield ImageId(str(key))

    def __contains__(self, image: object) -> bool:
        return self.find(image) is not None

    def index(self, image: object, start: int = 0, stop: int | None = None) -> int:
        found = self[start:stop].find(image)
        if found is None:
            raise ValueError(f"{image} is not among these images")
        return range(len(self.keys))[start:stop][found]

    def __eq__(self, other: object) -> bool:
        """The same images in the same order, in whatever sequence."""
        if isinstance(other, ImageIds):
            return len(self.keys) == len(other.keys) and bool((self.keys == other.keys).all())
        if isinstance(other, Sequence) and not isinstance(other, str):
            return len(other) == len(self.keys) and all(one == same for one, same in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of a list: nobody wants to hash a million

    def __repr__(self) -> str:
        shown = ", ".join(self[:3]) + (", …" if len(self) > 3 else "")
        return f"ImageIds({len(self)}: {shown})"
