"""The options of `calque import` and `calque imports`. Imports nothing heavy: the parser is made for every verb."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_import_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("paths", metavar="PATH", type=Path, nargs="+", help="folders, annotation files or .zip files")
    option("--project", metavar="NAME", required=True, help="a new one, or one that is to be added to")
    option("--format", metavar="F", help="recognised when not given; calque formats lists all")
    option("--images", metavar="DIR", type=Path, help="where the images are, when not beside the annotations")
    option("--dry-run", action="store_true", help="say what would be imported, and write nothing")
    option(
        "--map",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="the class OLD of the files becomes NEW; --map OLD= leaves its annotations out; may be repeated",
    )
    option(
        "--option",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="options",
        help="an answer to what the format asks before it reads; may be repeated",
    )
    option(
        "--take-model-made",
        action="store_true",
        help="annotations of which the files say that a model made them count as ground truth",
    )
    option(
        "--take-changes",
        action="store_true",
        help="what the files state otherwise, or no more, takes the place of what earlier imports said",
    )
    option("--unpack-to", metavar="DIR", type=Path, help="where the pictures of a .zip file are to stay")
    option(
        "--without",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="an annotation file of the folder that is not to be read; may be given several times",
    )
    drawn = parser.add_mutually_exclusive_group()
    drawn.add_argument(
        "--drawn-as-stored",
        action="store_true",
        default=None,
        help="the annotations of images stored turned (EXIF) were drawn before they were turned",
    )
    drawn.add_argument(
        "--drawn-upright",
        action="store_false",
        dest="drawn_as_stored",
        help="they were drawn after, also where a file states the size before",
    )
    option(
        "--names-encoding", metavar="ENCODING", help="of class names in files that are not UTF-8, e.g. gbk or cp1252"
    )


def add_imports_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", nargs="?", type=int, help="show this report")
    parser.add_argument("--project", metavar="NAME", required=True)
