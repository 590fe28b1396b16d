"""What `calque export-data` and `calque formats` can be told. Light: every start of the command line reads it."""

from __future__ import annotations

import argparse
from pathlib import Path

GROUND_TRUTH = "ground-truth"


def add_export_data_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--out", metavar="DIR", type=Path, help="the folder to be made; never one in the project's")
    place.add_argument("target", metavar="TARGET", type=Path, nargs="?", help="the same as --out")
    option("--project", metavar="NAME", required=True)
    option("--format", metavar="F", required=True, help="calque formats lists all that can be written")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--folder", metavar="F", action="append", help="only this folder of it; may be repeated")
    part.add_argument(
        "--dataset", metavar="NAME", help="a frozen dataset with its sets and its truth, instead of present labels"
    )
    option(
        "--source",
        metavar=f"{GROUND_TRUTH}|VERSION|SET",
        default=GROUND_TRUTH,
        help="write the stored predictions of a version, or a set of them, in place of ground truth",
    )
    option("--set", metavar="SET", choices=("train", "val", "test"), help="of the frozen dataset, or of the version")
    option("--confidence", metavar="C", type=float, help="from which predictions count; the version's own else")
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument("--copy-images", action="store_true", help="copies of the images beside the annotations")
    pictures.add_argument(
        "--link-images", action="store_true", help="links, which take no room; what changes one changes your image"
    )
    option("--safe-names", action="store_true", help="copied or linked images get names that Windows takes")
    option(
        "--option",
        metavar="NAME=VALUE",
        action="append",
        dest="options",
        help="an answer to what the format asks; calque formats F names the questions; may be repeated",
    )
