"""The options of `calque train`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options of `calque train`; core.training.draft.command writes the same ones for "copy as command"."""
    option = parser.add_argument
    option("file", metavar="run.toml", nargs="?", type=Path, help="the whole training as a file")
    option("--project", metavar="NAME")
    option("--worker", metavar="SLUG", help="e.g. yolo-detect, yolo-segment")
    option("--model", metavar="NAME", help="the model that gets the new version; made when there is none of that name")
    option("--train", metavar="FOLDER", action="append", help="training folder in the project; may be repeated")
    option("--val", metavar="FOLDER", action="append", help="validation folder; without one, a slice of the training")
    option("--test", metavar="FOLDER", action="append", help="test folder, seen only after the training")
    option(
        "--stated-set",
        metavar="SET",
        action="append",
        dest="stated_sets",
        help="train, val or test: the images that the import stated to be of that set; may be repeated",
    )
    option("--dataset", metavar="NAME", help="train on the sets of this dataset, by their roles")
    option("--sets", metavar="NAME", action="append", help="only this set of the dataset; may be repeated")
    option("--freeze", action="store_true", help="freeze the dataset first if it is open: then it stays as it is")
    option("--freeze-as", metavar="VERSION", default="", help="the same, under a name of your own instead of V001")
    option("--filter", metavar="NAME", dest="train_filter", help="train on what a saved filter, or one as JSON, finds")
    option("--val-filter", metavar="NAME", help="the same for validation")
    option("--test-filter", metavar="NAME", help="the same for the test")
    option("--tagged", action="store_true", help="train, validate and test on images with the tags of these sets")
    option(
        "--tagged-set", metavar="SET", action="append", help="train, val or test: images with that tag; may be repeated"
    )
    option("--name", metavar="NAME", help="of the run")
    option("--version-name", metavar="NAME", help="of the model version")
    option("--device", metavar="cpu|cuda:0")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--minutes", metavar="M", type=float, help="longest training time, 6 to 6000; default 60")
    limit.add_argument("--no-limit", action="store_true", help="train without a time limit")
    option("--configuration", metavar="NAME", help='a named configuration, e.g. "Fast on small data"')
    option("--set", metavar="KEY=VALUE", action="append", dest="settings", help="one value of the configuration")
    option("--start", metavar="FROM", help="scratch, pretrained, starter:NAME, a version's id, or a file")
    option("--allow-download", action="store_true", help="pretrained weights may be fetched from the network")
    option("--class", metavar="NAME", action="append", dest="classes", help="only these classes; may be repeated")
    option("--task", metavar="TASK", help="what is to be predicted; the method's first when not given")
    option("--crop-of", metavar="CLASS", action="append", help="label what these classes' shapes cut out")
    option(
        "--where",
        metavar='"A + B"',
        action="append",
        dest="conditions",
        help="only images that show all of these classes; repeated: any of the lists",
    )
    option("--val-ratio", metavar="R", type=float, help="share of the training images for validation; default 0.2")
    option("--seed", metavar="N", type=int)
    option("--use-images-without-objects", action="store_true")
    option(
        "--include-model-annotations",
        action="store_true",
        help="also learn from accepted predictions; they are left out when not given",
    )
