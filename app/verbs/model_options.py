"""The options of what is done with models and their versions, and with the names of runs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_rename_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("id", metavar="ID", help="of a run, a model or a version; a model's name too")
    option("name", metavar="NAME")


def add_describe_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("id", metavar="ID", help="of a run, a model or a version; a model's name too")
    option("text", metavar="TEXT")


def add_current_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("--off", action="store_true", help="it is no longer the current one")


def add_delete_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("id", metavar="ID", help="of a version or a model; a model's name too")


def add_recheck_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("--device", metavar="cpu|cuda:0", help="the training's when not given")


def add_export_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("target", metavar="TARGET", type=Path)
    option(
        "--as",
        dest="format",
        metavar="FORMAT",
        default="calque",
        help="calque (the default, to be taken in again), onnx, openvino, torchscript, pt, or what a plug-in brings",
    )
    option("--precision", metavar="P", help="fp32, fp16 or int8; the first that the format has otherwise")
    option("--form", metavar="F", help="raw (all candidates), nms (end to end) or one-to-one")
    option("--fixed-size", action="store_true", help="for images of one size only, padded to a square")


def add_import_version_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("path", metavar="PATH", type=Path)
    option("--project", metavar="NAME", help="the project that gets the model; none when not given")
    option("--model", metavar="NAME", help="of the model that is made; the file's own name when not given")
