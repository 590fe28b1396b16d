"""A .zip file is imported like a folder, and never trusted."""

from __future__ import annotations

import base64
import json
import os
import random
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.imports import ImportSource
from core.errors import FormatError, RefusedError
from core.files.archives import list_archive, unpack
from core.imports.service import ImportService
from core.registry.database import Registry


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    return tmp_path / "home" / "unpacked"


@pytest.fixture
def imports(registry: Registry, unpacked: Path) -> ImportService:
    return ImportService(registry, unpacked=unpacked)


@pytest.fixture
def archive(tmp_path: Path, add_picture: Callable[..., Path], write_coco: Callable[..., Path]) -> Path:
    """Two pictures and what is on them, in a folder within the archive."""
    path = tmp_path / "parish.zip"
    coco = write_coco([("1.png", "line", [5, 5, 20, 20]), ("2.png", "line", [6, 6, 20, 20])])
    with zipfile.ZipFile(path, "w") as made:
        for name, colour in (("1.png", "red"), ("2.png", "blue")):
            made.write(add_picture(name, colour=colour), f"Parish 1712/{name}")
        made.write(coco, "Parish 1712/annotations.json")
    return path


def left_out(preview) -> dict[str, str]:  # type: ignore[no-untyped-def]
    texts = [problem.text for problem in preview.problems if problem.kind == "archive-member-left-out"]
    return {text.split('"')[1]: text.split('"')[2] for text in texts}


def test_an_archive_is_unpacked_once_and_imported(imports: ImportService, archive: Path, unpacked: Path) -> None:
    preview = imports.preview(ImportSource(archive))
    assert (preview.format, preview.n_images, preview.n_annotations) == ("coco", 2, 2)
    assert preview.source.path == archive, "the same source can be imported"
    place = imports.folder_for(archive)
    assert place is not None and place.parent == unpacked and preview.images_root == place / "Parish 1712"
    first = (place / "Parish 1712" / "1.png").stat()
    report = imports.commit(preview.source, project_name="P")
    assert (report.n_images, report.n_annotations) == (2, 2)
    assert (place / "Parish 1712" / "1.png").stat().st_ino == first.st_ino, "it was not unpacked again"
    again = imports.commit(ImportSource(archive), project_name="", into=report.project)
    assert (again.n_new_images, again.n_new_annotations) == (0, 0)


def test_it_is_unpacked_where_one_says_and_nowhere_else(
    imports: ImportService, archive: Path, unpacked: Path, tmp_path: Path
) -> None:
    preview = imports.preview(ImportSource(archive, unpack_to=tmp_path / "there"))
    assert preview.images_root == tmp_path / "there" / "Parish 1712" and not unpacked.exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        imports.preview(ImportSource(archive, unpack_to=tmp_path / "full"))
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_trial_leaves_nothing(imports: ImportService, archive: Path, unpacked: Path) -> None:
    preview = imports.preview(ImportSource(archive), is_trial=True)
    assert preview.n_annotations == 2
    assert not unpacked.exists() and not preview.images_root.exists()


def test_annotations_alone_pass_by_beside_the_images(
    imports: ImportService, archive: Path, unpacked: Path, pictures: Path
) -> None:
    report = imports.commit(ImportSource(archive, pictures), project_name="P")
    assert report.n_annotations == 2 and not unpacked.exists()


def test_pictures_that_an_archive_brings_beside_those_of_the_project_are_told(
    imports: ImportService, archive: Path, pictures: Path, tmp_path: Path
) -> None:
    preview = imports.preview(ImportSource(archive, pictures))
    (told,) = (problem for problem in preview.problems if problem.kind == "archive-pictures-left")
    assert told.text.startswith('2 pictures in "parish.zip" are not unpacked')
    alone = tmp_path / "alone.zip"
    with zipfile.ZipFile(alone, "w") as made:
        made.write(pictures / "1.png", "3.png")
    with pytest.raises(RefusedError, match='1 picture in "alone\\.zip" is not unpacked'):
        imports.preview(ImportSource(alone, pictures))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.png", "leads out of the archive"),
        ("a/../../evil.png", "leads out of the archive"),
        ("..\\evil.png", "leads out of the archive"),
        ("/etc/evil.png", "begins at the disk's root"),
        ("C:\\evil.png", "begins at the disk's root"),
        ("\\\\host\\share\\evil.png", "begins at the disk's root"),
        ("NUL.png", "not every system can hold"),
        ("folder /evil.png", "not every system can hold"),
        ("tab\tevil.png", "not every system can hold"),
        ("x" * 300 + ".png", "not every system can hold"),
        ("PARISH 1712/1.PNG", "is there twice"),
        ("Parish 1712/1.png/evil.png", "both a file and a folder"),
        ("inner.zip", "an archive itself"),
        ("a/" * 32_000 + "evil.png", "a name that is too long"),
        ("ä" * 200 + "/" + "ä" * 310 + "/evil.png", "a name that is too long"),
        ("a/" * 200 + "evil.png", "lies in too many folders"),
    ],
)
def test_what_has_no_place_is_left_out_and_told(
    imports: ImportService, archive: Path, tmp_path: Path, name: str, reason: str
) -> None:
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr(zipfile.ZipInfo(name), b"evil")
    before = set(tmp_path.rglob("*"))
    preview = imports.preview(ImportSource(archive, unpack_to=tmp_path / "there"))
    assert [text for text in left_out(preview).values() if reason in text]
    assert preview.n_annotations == 2
    news = {path.relative_to(tmp_path).parts[0] for path in {*tmp_path.rglob("*")} - before}
    assert news == {"there"} and not list(tmp_path.rglob("*evil*"))


def test_links_and_encrypted_members_are_left_out(imports: ImportService, archive: Path, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr(link, "/etc/passwd")
        made.writestr("bomb.png", b"x" * 30, zipfile.ZIP_BZIP2)
        made.writestr("secret.png", b"x" * 30)
    data = bytearray(archive.read_bytes())
    place = data.rindex(b"PK\x01\x02")  # the last entry of the list of content
    data[place + 8] |= 1
    archive.write_bytes(data)
    told = left_out(imports.preview(ImportSource(archive, unpack_to=tmp_path / "there")))
    assert "packed in a way that is not read" in told["bomb.png"]
    assert "is a link" in told["link.png"] and "password" in told["secret.png"]


@pytest.mark.parametrize(("raw", "name"), [("Pfarrei Köln".encode(), "Pfarrei Köln"), (b"Pfarr\x84mter", "Pfarrämter")])
def test_names_are_utf_8_or_of_old_dos(
    imports: ImportService, add_picture: Callable[..., Path], tmp_path: Path, raw: bytes, name: str
) -> None:
    path = tmp_path / "names.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.write(add_picture("1.png"), "a/1.png")
        made.write(add_picture("2.png"), f"{'N' * len(raw)}/2.png")
    path.write_bytes(path.read_bytes().replace(b"N" * len(raw), raw))
    preview = imports.preview(ImportSource(path))
    assert dict(preview.folders) == {"a": 1, name: 1}


def test_a_bomb_is_not_unpacked(imports: ImportService, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("0.png", bytes(60_000_000))
    with pytest.raises(RefusedError, match=r"would become 60\.0 MB"):
        imports.preview(ImportSource(path, unpack_to=tmp_path / "there"))
    assert not (tmp_path / "there").exists()


def test_what_comes_out_is_counted_whatever_the_archive_claims(
    imports: ImportService, archive: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("liar.png", bytes(3_000_000))
    data = archive.read_bytes().replace((3_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    archive.write_bytes(data)
    told = left_out(imports.preview(ImportSource(archive, unpack_to=tmp_path / "there")))
    assert set(told) == {"liar.png"} and not list(tmp_path.rglob("liar.png"))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_what_was_cut_off_is_refused_in_a_sentence(imports: ImportService, archive: Path, share: float) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FormatError, match=r"no sound \.zip file"):
        imports.preview(ImportSource(archive))


def test_flipped_bits_end_in_a_sentence_or_a_warning(imports: ImportService, archive: Path, tmp_path: Path) -> None:
    sound = archive.read_bytes()
    for place in range(0, len(sound), max(len(sound) // 60, 1)):
        data = bytearray(sound)
        data[place] ^= 0x55
        archive.write_bytes(data)
        try:
            imports.preview(ImportSource(archive), is_trial=True)
        except (FormatError, RefusedError) as error:
            assert str(error)


def test_a_stopped_unpacking_leaves_nothing(imports: ImportService, archive: Path, tmp_path: Path) -> None:
    from core.imports.cancelling import ImportCancelledError

    with pytest.raises(ImportCancelledError):
        imports.preview(ImportSource(archive, unpack_to=tmp_path / "there"), is_cancelled=lambda: True)
    assert not [path for path in tmp_path.iterdir() if "there" in path.name or path.name.startswith(".calque")]


def test_pictures_inside_annotation_files_are_taken_out_where_one_says(
    imports: ImportService, tmp_path: Path, add_picture: Callable[..., Path]
) -> None:
    data = base64.b64encode(add_picture("x.png").read_bytes()).decode()
    folder = tmp_path / "labelme"
    folder.mkdir()
    for name in ("a", "b"):
        shape = {"label": "cat", "points": [[1, 1], [20, 20]], "shape_type": "rectangle"}
        content = {"version": "5.0", "shapes": [shape], "imagePath": f"{name}.png", "imageData": data}
        (folder / f"{name}.json").write_text(json.dumps(content | {"imageHeight": 48, "imageWidth": 64}))
    preview = imports.preview(ImportSource(folder))
    assert "picture-embedded" in {problem.kind for problem in preview.problems} and not preview.can_import
    source = ImportSource(folder, unpack_to=tmp_path / "there")
    assert not imports.preview(source, is_trial=True).can_import and not (tmp_path / "there").exists()
    preview = imports.preview(source)
    assert (preview.n_images, preview.n_annotations, preview.images_root) == (2, 2, tmp_path / "there")
    assert imports.commit(source, project_name="P").n_annotations == 2
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json"]


def test_pictures_inside_the_files_of_an_archive_are_taken_out_once(
    imports: ImportService, tmp_path: Path, add_picture: Callable[..., Path]
) -> None:
    data = base64.b64encode(add_picture("x.png").read_bytes()).decode()
    shape = {"label": "cat", "points": [[1, 1], [20, 20]], "shape_type": "rectangle"}
    content = {"version": "5.0", "shapes": [shape], "imagePath": "a.png", "imageData": data}
    archive = tmp_path / "labelme.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.json", json.dumps(content | {"imageHeight": 48, "imageWidth": 64}))
    source = ImportSource(archive, unpack_to=tmp_path / "there")
    assert imports.preview(source).n_images == 1
    first = (tmp_path / "there" / "a.png").stat().st_ino
    assert imports.commit(source, project_name="P").n_annotations == 1
    assert (tmp_path / "there" / "a.png").stat().st_ino == first


def test_an_archive_with_a_damaged_member_is_unpacked_once_and_told_of_each_time(
    imports: ImportService, archive: Path, tmp_path: Path
) -> None:
    data = bytearray(archive.read_bytes())
    data[data.index(b"IDAT", data.index(b"2.png")) + 8] ^= 0xFF
    archive.write_bytes(data)
    source = ImportSource(archive, unpack_to=tmp_path / "there")
    told = left_out(imports.preview(source))
    assert told == {"Parish 1712/2.png": " is damaged; it was not unpacked."}
    (tmp_path / "there" / "Thumbs.db").write_text("made by the system")
    assert left_out(imports.preview(source)) == told


def test_what_was_unpacked_for_another_project_is_never_replaced(
    imports: ImportService, archive: Path, tmp_path: Path, add_picture: Callable[..., Path]
) -> None:
    place = tmp_path / "there"
    imports.commit(ImportSource(archive, unpack_to=place), project_name="P")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        made.write(add_picture("3.png"), "3.png")
    with pytest.raises(RefusedError, match="not empty"):
        imports.preview(ImportSource(other, unpack_to=place))
    assert (place / "Parish 1712" / "1.png").is_file()
    (place / "Parish 1712" / "1.png").unlink()
    assert imports.preview(ImportSource(archive, unpack_to=place)).n_images == 2, "the same archive mends it"


def test_what_a_killed_process_left_is_swept(imports: ImportService, unpacked: Path) -> None:
    gone, working = 2**22 + 1, os.getpid()  # no process has the first number
    for pid in (gone, working):
        (unpacked / f".calque-{pid}-abcdefgh.part").mkdir(parents=True)
    (unpacked / "parish-12345678").mkdir()
    imports.sweep()
    assert {path.name for path in unpacked.iterdir()} == {"parish-12345678", f".calque-{working}-abcdefgh.part"}


def test_many_mutated_archives_end_in_a_sentence(archive: Path, tmp_path: Path) -> None:
    dice = random.Random(8)
    sound = archive.read_bytes()
    target = tmp_path / "mutated.zip"
    for number in range(300):
        data = bytearray(sound)
        for _ in range(dice.choice((1, 2, 9))):
            place = dice.randrange(len(data))
            length = dice.randrange(0, 12)
            data[place : place + length] = dice.randbytes(dice.randrange(0, 12))
        target.write_bytes(data)
        folder = tmp_path / f"out{number}"
        folder.mkdir()
        try:
            listing = list_archive(target)
            unpack(listing, listing.members, folder, progress=lambda _done, _total, _text: None, check=lambda: None)
        except (FormatError, RefusedError) as error:
            assert str(error)
    files = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert files == {"annotations.json", "mutated.zip", "parish.zip"}
