"""What is refused and warned of where data are chosen, as the command line says it: code, words, and what to do.

Every text of the catalogue for projects, filters, tags, datasets, checks and the data of a training is asked for once,
on small real projects. What only a training that runs can say is in the tests of the workers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from app.cli import main
from app.paths import Home
from app.services import open_services
from core.domain.codes import CODES
from core.domain.datasets import SetRole
from core.domain.projects import ImageFilter
from core.errors import RefusedError
from core.registry.database import Registry

Tell = Callable[..., str]
CLASSES = ("disc", "bar", "rare", "nowhere")
TRAIN = ("--train", "train")


def _draw(file: Path, seed: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (64, 48), (37 * seed % 255, (91 * seed + 40) % 255, 17 * seed % 255))
    x, y = seed * 7 % 40, seed * 5 % 25
    ImageDraw.Draw(picture).ellipse((x, y, x + 18, y + 18), fill=(53 * seed % 255, 29 * seed % 255, 200))
    picture.save(file, quality=92)


def _draw_boxes(folder: Path) -> None:
    """Discs are outlined, bars have boxes; "rare" is in val only, "nowhere" nowhere, and one outline has no area."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for split, count in (("train", 6), ("val", 2), ("test", 2), ("empty", 2)):
        for number in range(count):
            id = len(images) + 1
            _draw(folder / split / f"{number}.jpg", id)
            images.append({"id": id, "file_name": f"{split}/{number}.jpg", "width": 64, "height": 48})
            shapes: list[tuple[int, list[list[int]]]] = [(1, [[4, 6, 20, 6, 20, 20]]), (2, [])]
            shapes += [(3, [])] if split == "val" else []
            shapes += [(1, [[4, 6, 20, 6, 36, 6]])] if (split, number) == ("train", 0) else []
            for category, rings in shapes if split != "empty" else []:
                shape: dict[str, Any] = {"segmentation": rings} if rings else {}
                box = [4 + category * 8, 6, 16, 14]
                about = {"id": len(annotations) + 1, "image_id": id, "category_id": category, "bbox": box}
                annotations.append(about | {"area": 224, "iscrowd": 0} | shape)
    categories = [{"id": number, "name": name} for number, name in enumerate(CLASSES, start=1)]
    document = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(document))


def _draw_classes(folder: Path) -> None:
    """Cats and dogs enough, three owls."""
    seed = 100
    for place, count in (("train/cat", 6), ("train/dog", 6), ("train/owl", 3), ("val/cat", 2), ("val/dog", 2)):
        for number in range(count):
            seed += 1
            _draw(folder / place / f"{number}.jpg", seed)


def _draw_labels(folder: Path) -> None:
    """Six cats, six dogs and a picture of both in "all"; two more of both in "both"."""
    labels = [("cat",)] * 6 + [("dog",)] * 6 + [("cat", "dog")] * 3
    for number, names in enumerate(labels):
        place = "all" if number < 13 else "both"
        _draw(folder / place / f"{number}.jpg", 200 + number)
        (folder / place / f"{number}.txt").write_text("\n".join(names))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of the tests that change nothing: the projects Boxes and Classes, and the dataset "Mine" of six images."""
    top = tmp_path_factory.mktemp("refusals")
    _draw_boxes(top / "boxes")
    _draw_classes(top / "classes")
    _draw_labels(top / "labels")
    for words in (
        ("import", top / "boxes", "--project", "Boxes"),
        ("import", top / "classes", "--project", "Classes"),
        ("import", top / "labels", "--project", "Labels", "--format", "side-labels"),
        ("dataset", "create", "Boxes", "Mine"),
        ("dataset", "fill", "Boxes", "Mine", "train", "--folder", "train"),
        ("tag", "Boxes", "add", "train", "train/0.jpg", "train/1.jpg"),
        ("tag", "Boxes", "add", "validation", "train/1.jpg"),
    ):
        assert main(["--home", str(top / "home"), *map(str, words)]) == 0, words
    yield top


@pytest.fixture
def tell(world: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run a verb; what it says, on one line. `code` is the status that it leaves with."""

    def run(*words: object, code: int = 1) -> str:
        capsys.readouterr()
        status = main(["--home", str(world / "home"), *map(str, words)])
        told = capsys.readouterr()
        text = " ".join(f"{told.out} {told.err}".split())
        assert status == code, text
        return text

    return run


def _train(project: str, worker: str, *words: str) -> tuple[str, ...]:
    return ("train", "--project", project, "--worker", worker, "--model", "M", "--device", "cpu", *words)


def _boxes(*words: str) -> tuple[str, ...]:
    return _train("Boxes", "yolo-detect", *words)


def _classes(*words: str) -> tuple[str, ...]:
    return _train("Classes", "image-classify", *words)


REFUSED = {
    # Projects, folders and classes of a training
    "E-102: No image in \"empty\" has a detection annotation. Annotate or choose another folder.": _boxes(
        "--train", "empty"
    ),
    "E-521: Choose training data.": _boxes(),
    'E-525: "nope" is not a folder of this project. Choose another one.': _boxes("--train", "nope"),
    'E-151: "train" and "train" overlap. Training, validation and test data must be separate.': _boxes(
        *TRAIN, "--val", "train"
    ),
    "E-152: 1 image is in both train and val. Remove them from one. (train/1.jpg)": _boxes("--tagged"),
    'E-241: Class "nowhere" has no example in the training data.': _boxes(*TRAIN, "--class", "nowhere"),
    'W-242: Class "rare" occurs only in val; it cannot be learned.': _train(
        "Boxes", "yolo-segment", *TRAIN, "--val", "val"
    ),
    'E-243: A segmenter needs polygons or masks; "bar" has only boxes. Train a detector, or leave the class out.': (
        _train("Boxes", "yolo-segment", *TRAIN)
    ),
    'E-310: The condition names "owl", which does not exist.': _train(
        "Boxes", "image-classify", *TRAIN, "--where", "owl + disc"
    ),
    'E-310: The crops name "owl", which does not exist.': _train("Boxes", "image-classify", *TRAIN, "--crop-of", "owl"),
    "E-311: Crops need boxes or polygons.": _classes(*TRAIN, "--crop-of", "cat"),
    "E-401: At least two classes are needed; found 1.": _classes("--train", "train/cat"),
    "E-402: Each class needs at least 5 images: owl: 3.": _classes(*TRAIN),
    "W-403: cat has 6 images, dog 6; 20 is advisable.": _classes(*TRAIN),
    "E-321: No image has exactly one class.": _train("Labels", "image-classify", "--train", "both"),
    "W-320: 2 images are skipped: 0 without class, 2 with several classes.": _train(
        "Labels", "image-classify", "--train", "both"
    ),
    'E-122: "Image classifier" trains classification models, but this project has box and polygon annotations only.': (
        _train("Boxes", "image-classify", *TRAIN)
    ),
    "E-150: Only 1 image is left to train on; at least 2 are needed.": _boxes(
        "--train", "empty", "--use-images-without-objects"
    ),
    # Shares
    "E-440: With ratio 0, there would be no validation image. Choose one from 0.00001 to 0.99999.": _classes(
        *TRAIN, "--val-ratio", "0"
    ),
    "E-440: With ratio 1, there would be no training image. Choose one from 0.00001 to 0.99999.": _classes(
        *TRAIN, "--val-ratio", "1"
    ),
    "E-440: Only one image shows several classes: it would train or validate, and the other side would have none.": (
        _train("Labels", "image-tag", "--train", "all")
    ),
    "E-441: Use 1 to 5 decimals.": _classes(*TRAIN, "--val-ratio", "0.123456"),
    "E-520: Train, validation and test must add up to 100 %. Example: 70, 15, 15.": (
        "tag", "Boxes", "split", "--all", "--parts", "80", "10", "11",
    ),
    "E-520: Train, validation and test must add up to 100 %; these make 110. Example: 70, 15, 15.": (
        "dataset", "split", "Boxes", "Mine", "--shares", "train=70", "val=20", "test=20",
    ),
    'E-441: "0.123456" is no share. Use 1 to 5 decimals.': ("dataset", "split", "Boxes", "Mine", "--ratio", "0.123456"),
    "E-440: A ratio lies between 0 and 1: with 0 or 1, a set would have no image.": (
        "dataset", "split", "Boxes", "Mine", "--ratio", "1",
    ),
    'E-440: With ratio 25 %, 3 classes (disc, bar, rare) would have no image in the set "train". Add images of them': (
        "dataset", "split", "Boxes", "Mine", "--all", "--shares", "train=25", "val=25", "test=50", "--group", "folder",
    ),
    # Filters and tags
    "E-523: The train selection matches no image. Filter: in empty, with disc.": _boxes(
        "--filter", '{"dir": "empty", "label": "disc"}'
    ),
    'E-523: The test selection matches no image. Filter: tagged "test". Choose another one, or none.': _boxes(
        "--tagged"
    ),
    'E-524: Filter refers to "zebra", which no longer exists.': _boxes("--filter", '{"label": "zebra"}'),
    'E-524: Filter refers to "nope", which no longer exists. Change the condition, or remove it.': (
        "filter", "save", "Boxes", "F", "--where", '{"dir": "nope"}',
    ),
    'E-529: The project has no filter "gone".': ("filter", "show", "Boxes", "gone"),
    'E-530: Unknown field or operator "colour" at line 1, column 2.': (
        "filter", "show", "Boxes", "--where", '{"colour": "red"}',
    ),
    'E-530: Unknown field or operator "$foo" at line 1, column 12.': (
        "filter", "show", "Boxes", "--where", '{"label": {"$foo": 1}}',
    ),
    "E-531: Not valid JSON at line 2, column 10.": ("filter", "show", "Boxes", "--where", '{"dir":\n "train" "x"}'),
    # Datasets
    'E-110: A set needs a name.': ("dataset", "create", "Boxes", "E", "--set", ""),
    "E-111: A dataset's name has at most 100 characters; this one has 101. Shorten it.": (
        "dataset", "create", "Boxes", "x" * 101,
    ),
    'E-210: A dataset named "Mine" exists in this project. Choose another name.': (
        "dataset", "create", "Boxes", "Mine",
    ),
    'E-212: 6 images are already in set "train" and this dataset requires unique elements.': (
        "dataset", "fill", "Boxes", "Mine", "val", "--folder", "train",
    ),
    "E-214: Two sets cannot share a name. Choose another name.": (
        "dataset", "create", "Boxes", "E", "--set", "a", "--set", "a",
    ),
    'E-431: "a b" is no name for a version. Use letters, digits, "-" and "_".': (
        "dataset", "freeze", "Boxes", "Mine", "--version", "a b",
    ),
    'E-521: No chosen set of "Mine" is for training. Choose training data.': _boxes(
        "--dataset", "Mine", "--sets", "val"
    ),
    'E-523: The val selection matches no image. Chosen: the set "val". Fill it, or leave it out.': _boxes(
        "--dataset", "Mine", "--sets", "train", "--sets", "val"
    ),
    'E-527: The project "Boxes" has no dataset "nope". There are: Mine.': _boxes("--dataset", "nope"),
    'E-527: "Mine" has no set "nope". There are: train, val, test.': (
        "dataset", "fill", "Boxes", "Mine", "nope", "--all",
    ),
    "E-528: A dataset says what trains, validates and tests; folders, filters and tags say it too.": _boxes(
        "--dataset", "Mine", *TRAIN
    ),
    'W-220: "Mine" is open. After freezing, "Mine" and its sets can no longer be edited.': _boxes("--dataset", "Mine"),
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED, ids=[text.partition(":")[0] for text in REFUSED])
def test_a_wish_is_refused_with_its_code_and_words(tell: Tell, words: str) -> None:
    assert words in tell(*REFUSED[words])


def test_a_filter_that_nothing_passes_is_kept_with_a_warning(tell: Tell) -> None:
    told = tell("filter", "save", "Boxes", "Nobody", "--where", '{"label": "nowhere"}', code=0)
    assert "0 of 12 images. W-532: The filter matches nothing." in told


def test_what_is_no_database_of_arkindex_is_not_imported(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("not a database")
    connection = sqlite3.connect(tmp_path / "other.sqlite")
    connection.execute("CREATE TABLE things (name)")
    connection.close()
    told = tell("import", tmp_path / "text.sqlite", "--project", "X")
    assert 'E-201: "text.sqlite" is not a SQLite database. Choose the database that Arkindex made' in told
    told = tell("import", tmp_path / "other.sqlite", "--project", "X")
    assert 'E-202: "other.sqlite" is a SQLite database, but not an export of Arkindex.' in told


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with boxes for a test that changes files."""
    _draw_boxes(tmp_path / "own")
    return tmp_path / "own"


def test_a_frozen_dataset_refuses_until_it_is_cloned(tell: Tell, own: Path) -> None:
    tell("import", own, "--project", "Own", code=0)
    tell("dataset", "create", "Own", "D", code=0)
    assert 'E-523: The sets of "D" are empty. Fill them first.' in tell("dataset", "freeze", "Own", "D")
    assert "E-523: There are no images to split." in tell("dataset", "split", "Own", "D", "--ratio", "0.5")
    tell("dataset", "fill", "Own", "D", "train", "--folder", "train", code=0)
    tell("dataset", "freeze", "Own", "D", code=0)
    words = 'E-221: "D (V001)" is complete and cannot be edited. Clone it?'
    assert words in tell("dataset", "fill", "Own", "D", "val", "--folder", "val")
    tell("dataset", "clone", "Own", "D", code=0)
    words = 'E-430: Dataset version "V001" already exists. Choose another name'
    assert words in tell("dataset", "freeze", "Own", "Clone of D", "--version", "V001")

    file = own / "train" / "3.jpg"
    sound = file.read_bytes()
    file.write_bytes(sound + b"\0")
    words = "E-223: 1 file changed since D (V001) was frozen: train/3.jpg. Restore them or freeze a clone."
    assert words in tell("dataset", "verify", "Own", "D")
    assert words in tell(*_train("Own", "yolo-detect", "--dataset", "D"))
    assert "E-224: 1 file changed since the import: train/3.jpg." in tell(*_train("Own", "yolo-detect", *TRAIN))
    file.write_bytes(b"no picture")
    told = tell("check", "Own")
    assert "E-420 [unreadable-files] 1 image is damaged or cannot be read." in told
    assert '"train/3.jpg" is not a picture that Calque reads but a text file.' in told
    file.unlink()
    words = "E-222: Could not read 1 file: train/3.jpg. Put them back, or import the folder again."
    assert words in tell(*_train("Own", "yolo-detect", *TRAIN))
    words = "E-222: Could not read 1 file: train/3.jpg. Nothing was frozen."
    assert words in tell("dataset", "freeze", "Own", "Clone of D")
    file.write_bytes(sound)
    tell("dataset", "freeze", "Own", "Clone of D", code=0)

    tell("dataset", "delete", "Own", "Clone of D", code=0)
    tell("dataset", "clone", "Own", "D", code=0)
    words = 'E-430: Dataset version "V002" already exists.'
    assert words in tell("dataset", "freeze", "Own", "Clone of D", "--version", "V002")
    assert '"Clone of D (V003)" is frozen' in tell("dataset", "freeze", "Own", "Clone of D", code=0)


def test_what_is_being_frozen_waits(tell: Tell, own: Path, world: Path) -> None:
    tell("import", own, "--project", "Busy", code=0)
    tell("dataset", "create", "Busy", "D", code=0)
    tell("dataset", "fill", "Busy", "D", "train", "--all", code=0)
    told: list[str] = []

    def meanwhile(*_: object) -> None:
        if not told:
            told.append(tell("dataset", "fill", "Busy", "D", "val", "--all"))
            told.append(tell("dataset", "freeze", "Busy", "D"))
            told.append(tell("import", own, "--project", "Busy"))

    with open_services(Home(world / "home")) as services:
        dataset = services.dataset_editing.find_dataset("D", services.projects.find_project("Busy").id)
        assert dataset is not None
        services.dataset_freezing.freeze(dataset.id, progress=meanwhile)
    assert ["E-432" in one and "frozen" in one for one in told] == [True, True, True], told


def test_a_version_that_is_trained_stays_and_its_model_keeps_its_classes(tell: Tell, own: Path) -> None:
    tell("import", own, "--project", "Kept", code=0)
    fake = ("--set", "n_steps=1", *TRAIN)
    told = tell(*_train("Kept", "fake", "--class", "disc", *fake, "--json"), code=0)
    answer, _ = json.JSONDecoder().raw_decode(told)
    words = 'E-301: The class list changed since "M" was created (added bar). Create a new model for it.'
    assert words in tell(*_train("Kept", "fake", *fake))
    words = 'E-301: The class list changed since "M" was created (added bar; removed disc).'
    assert words in tell(*_train("Kept", "fake", "--class", "bar", *fake))
    assert "E-501: Version V001 is already trained. Create a new version starting from it." in tell(
        "retry", answer["run"]
    )


def test_a_project_without_images_is_not_trained(tell: Tell, own: Path, world: Path) -> None:
    tell("import", own, "--project", "Emptied", code=0)
    with open_services(Home(world / "home")) as services:
        project = services.projects.find_project("Emptied").id
        services.trash.remove_images(project, services.projects.list_image_ids(ImageFilter(project)))
    words = "E-101: This project has no folder with images. Add images before training a model."
    assert words in tell(*_train("Emptied", "yolo-detect", *TRAIN))


def test_a_home_that_can_only_be_read_refuses_to_write(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Registry.open

    def open_for_reading(registry: Registry) -> None:
        opened(registry)
        monkeypatch.setattr(registry, "_is_read_only", True)

    monkeypatch.setattr(Registry, "open", open_for_reading)
    assert "E-103" in tell(*_train("Boxes", "yolo-detect", *TRAIN))
    assert "E-103" in tell("tag", "Boxes", "add", "train", "val/0.jpg")


def test_sets_and_images_that_no_verb_takes_away(world: Path) -> None:
    with open_services(Home(world / "home")) as services:
        editing, project = services.dataset_editing, services.projects.find_project("Boxes").id
        dataset = editing.get_dataset(editing.create(project, "Last", sets=[("only", SetRole.TRAIN)]).value.dataset)
        with pytest.raises(RefusedError, match="A dataset needs at least one set") as refused:
            editing.remove_set(dataset.id, dataset.sets[0].id)
        assert refused.value.code == "E-211"
        foreign = services.projects.list_image_ids(ImageFilter(services.projects.find_project("Classes").id))
        with pytest.raises(RefusedError, match="19 images belong to another project") as refused:
            editing.add_images(dataset.id, dataset.sets[0].id, foreign)
        assert refused.value.code == "E-213"


def test_every_code_is_in_the_guide() -> None:
    codes = {text.partition(":")[0] for text in REFUSED}
    assert codes <= set(CODES)
