"""The options of `calque trash`."""

from __future__ import annotations

import argparse


def add_trash_options(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[common], help=text, description=text)

    made = action("list", "List removed projects, or the images that were removed from a project.")
    made.add_argument("project", metavar="PROJECT", nargs="?", help="removed projects are listed when not given")
    made = action("restore", "Bring back a removed project with all it had, or images that were removed from one.")
    made.add_argument("project", metavar="PROJECT", help="a removed project's name or id, or the images' project")
    made.add_argument("images", metavar="IMAGE", nargs="*", help="paths in the project, as they were")
    made.add_argument("--all", action="store_true", help="all images in the trash of the project")
    made = action("empty", "Forget for good what is in the trash; files stay.")
    made.add_argument("project", metavar="PROJECT", help="a removed project's name or id, or the images' project")
    made.add_argument("images", metavar="IMAGE", nargs="*", help="only these; all of the project's trash else")
    made.add_argument("--yes", action="store_true", help="do it; without this, only say what would be forgotten")
