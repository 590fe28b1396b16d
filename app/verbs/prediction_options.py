"""The options of `calque predict`, `try` and `import-predictions`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_predict_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("paths", metavar="PATH", type=Path, nargs="*", help="images, or folders with images, of no project")
    option("--project", metavar="NAME", help="look at the images of this project instead")
    option("--folder", metavar="F", action="append", help="only this folder of it; may be repeated")
    option("--dataset", metavar="NAME", help="only the images of this dataset of it")
    option("--set", metavar="NAME", help="only this set of the dataset")
    option("--confidence", metavar="C", type=float, help="from which an object counts; the version's own else")
    option("--iou", metavar="I", type=float, help="overlap from which two objects of a class are one; default 0.7")
    option("--max", metavar="N", type=int, dest="most", help="most objects of an image, or of a tile; default 300")
    option("--tile", metavar="PX", type=int, help="look at large images in tiles of this many pixels, e.g. 1024")
    option("--overlap", metavar="PX", type=int, help="of neighbouring tiles; an eighth of the tile when not given")
    option("--whole-too", action="store_true", help="with tiles: look at each image as a whole too")
    option("--device", metavar="cpu|cuda:0", help="the training's when not given")
    option("--out", metavar="DIR", type=Path, help="write what was found into this new folder too")
    option("--format", metavar="F", help="of --out: coco (when not given), yolo, page, alto or csv")


def add_try_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("images", metavar="IMAGE", nargs="+", help="picture files; they belong to no project")
    option("--confidence", metavar="C", type=float, help="from which on; the version's own threshold else")


def add_import_predictions_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option(
        "file", metavar="FILE|FOLDER", type=Path, help="COCO results, or what a format holds: calque formats lists them"
    )
    option("--format", metavar="FORMAT", help="e.g. yolo; recognised when it is not given")
    option("--project", metavar="NAME", required=True)
    option("--name", metavar="SOURCE", required=True, help="who predicted; what they are listed as")
    option(
        "--ground-truth", metavar="FILE", type=Path, help="a COCO file that says what the ids of a list of results mean"
    )
    option("--only-listed", action="store_true", help="images that the file does not name were not looked at")
