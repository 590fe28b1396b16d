"""The options of `calque tag`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_tag_options(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[common], help=text, description=text)

    for name, text in (("add", "Give images a tag."), ("remove", "Take a tag off images.")):
        made = action(name, text)
        made.add_argument("tag", metavar="TAG", help='e.g. "train", "hard case", "exclude"')
        _add_choice(made)
    made = action("list", "Name the images that have a tag, or none of train, validation and test.")
    made.add_argument("tag", metavar="TAG", nargs="?", help="of any tag when not given")
    made.add_argument("--untagged", action="store_true", help="those for neither train, validation nor test")
    made.add_argument("--csv", metavar="FILE", type=Path, help="write the list there, with notes and times")
    made = action("split", "Tag images train, validation or test by chance.")
    _add_choice(made)
    made.add_argument(
        "--parts", metavar="N", type=int, nargs=3, default=(80, 10, 10), help="default 80 10 10; add to 100"
    )
    made.add_argument("--seed", metavar="N", type=int, default=0, help="the same seed shares out the same; default 0")
    made.add_argument("--keep", action="store_true", help="those that have one of the three tags keep it")
    made.add_argument("--dry-run", action="store_true", help="say how many there would be, and tag nothing")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", metavar="IMAGE", nargs="*", help="paths in the project")
    parser.add_argument("--all", action="store_true", help="all images of the project")
    parser.add_argument("--filter", metavar="NAME", help="those that pass a filter that is kept")
    parser.add_argument("--where", metavar="JSON|FILE", help="those that pass this filter")
