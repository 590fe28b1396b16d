"""YOLO: a text file of rows for each image, as Ultralytics and Darknet lay them out. An empty file says "nothing here".

Rows are shares of the upright image's size, so the size of every labelled picture is asked for.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from contract_1.base import ReadResult, SizeOf
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.image_index import ImageIndex, Match
from core.formats.reading.text_files import head_of
from core.formats.yolo.class_lists import is_marker
from core.formats.yolo.label_files import has_label_folder, has_labels_beside_images
from core.formats.yolo.layout import YoloLayout, find_layout, find_marker
from core.formats.yolo.rows import class_name, looks_like_rows, read_label_file

FILE_NAME = "data.yaml"


class YoloFormat:
    """Reads a data.yaml, an obj.data or a folder; writes a data.yaml and a folder "labels"."""

    slug = "yolo"
    title = "YOLO"
    reads = "YOLO (data.yaml, obj.data, or a folder with .txt labels)"

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.9 if is_marker(path) else 0.0
        if find_marker(path) is not None:
            return 0.9
        if has_label_folder(path):
            return 0.8
        return 0.7 if has_labels_beside_images(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> ReadResult:
        layout = find_layout(source)
        index = ImageIndex(layout.images_root)
        keys = {file.removesuffix(PurePosixPath(file).suffix): file for file in layout.label_files}
        matches = index.match_stems(keys)
        images: dict[str, RawImage] = {}
        problems = list(layout.problems)
        highest = -1
        for key, file in keys.items():
            match, label_file = matches[key], layout.base / file
            if match.path is None:
                problems.extend(_unmatched(match, label_file))
                continue
            if match.path in images:
                text = f'"{shown(match.path)}" already has labels in "{shown(images[match.path].source_file)}".'
                problems.append(Problem("annotation-file-duplicate", f"{text} This file is left out.", str(label_file)))
                continue
            if len(match.candidates) > 1:
                others = ", ".join(f'"{shown(path)}"' for path in match.candidates[1:3])
                text = f'The labels belong to "{shown(match.path)}" and not to {others}, of the same name.'
                problems.append(Problem("image-ambiguous", text, str(label_file)))
            image, top = _read_image(layout, file, match.path, label_file, size_of, problems)
            images[match.path] = image
            highest = max(highest, top)
        if not images:
            text = f'None of the label files has its image below "{shown(layout.images_root)}".'
            text += " Choose the folder that holds the images."
            problems.insert(0, Problem("images-not-found", text, str(source.path), severity=Severity.ERROR))
        names = [name for found in layout.class_lists for name in found.names] or [
            class_name(number, None) for number in range(highest + 1)
        ]
        return ReadResult(layout.images_root, tuple(images.values()), tuple(dict.fromkeys(names)), tuple(problems))


def _read_image(
    layout: YoloLayout, file: str, path: str, label_file: Path, size_of: SizeOf, problems: list[Problem]
) -> tuple[RawImage, int]:
    """The image with its labels, and the highest class number in use."""
    size = size_of(layout.images_root / path)
    if size is None:
        text = f'The size of "{shown(path)}" could not be read, so its labels are left out.'
        problems.append(Problem("image-size-unknown", text, str(label_file)))
        return RawImage(path, (), source_file=str(label_file)), -1
    try:
        found = layout.list_of(file)
        labels = read_label_file(label_file, found.names if found else None, size)
    except FormatError as error:
        problems.append(Problem("annotation-file-unreadable", str(error), str(label_file)))
        return RawImage(path, (), *size, str(label_file)), -1
    problems.extend(labels.problems)
    return RawImage(path, labels.annotations, *size, str(label_file), labels.is_empty), labels.highest_class


def _unmatched(match: Match, label_file: Path) -> list[Problem]:
    if match.candidates:
        some = ", ".join(f'"{shown(path)}"' for path in match.candidates[:3])
        text = f"The labels could belong to any of {len(match.candidates)} images ({some}); they are left out."
        return [Problem("image-ambiguous", text, str(label_file))]
    head = head_of(label_file)
    if head.strip() and not looks_like_rows(head) and label_file.parent.name.lower() != "labels":
        return []  # a text file that has nothing to do with labels
    text = f'No image belongs to "{shown(label_file.name)}"; its labels are left out.'
    return [Problem("label-without-image", text, str(label_file))]
