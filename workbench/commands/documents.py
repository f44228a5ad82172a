"""Commands about documents of this machine."""

import argparse
from pathlib import Path
from typing import Any, get_args

from rich.console import Console

from ocr_processing.config import Format
from workbench.commands.command import Commands, add_command
from workbench.documents import card_recipe, draw_card, look


def add(commands: Commands) -> None:
    """Add them."""
    command = add_command(
        commands, "cards", "make a folder of documents that are synthetic cards", _cards, offline=True
    )
    command.add_argument("folder", type=Path, help="folder to make, or to add to")
    command.add_argument("--documents", type=int, default=600, help="how many cards (default: %(default)s)")
    command.add_argument("--seed", type=int, default=17, help="another seed gives other cards (default: %(default)s)")

    command = add_command(commands, "card", "draw one synthetic card, as a page to be read", _card, offline=True)
    command.add_argument("file", type=Path, help="JPEG file to write")
    command.add_argument("--seed", type=int, default=900_001, help="another seed gives another card")

    command = add_command(
        commands, "look", "look at the documents of a folder as Preprocess reads them", _look, offline=True
    )
    command.add_argument("folder", type=Path, help="folder of labelled documents, or of recipes")
    command.add_argument("--most", type=int, default=6, help="how many documents to look at (default: %(default)s)")
    command.add_argument("--format", choices=get_args(Format), default="auto", help="their format (default: detected)")
    command.add_argument("--draw", type=Path, metavar="PNG", help="draw them with their lines into this file")


def _cards(given: argparse.Namespace, _project: Any, console: Console) -> None:
    console.print(str(card_recipe(given.folder, given.documents, given.seed)), highlight=False)


def _card(given: argparse.Namespace, _project: Any, console: Console) -> None:
    card = draw_card(given.seed)
    given.file.parent.mkdir(parents=True, exist_ok=True)
    given.file.write_bytes(card.content)
    console.print(card)


def _look(given: argparse.Namespace, _project: Any, console: Console) -> None:
    documents = look(given.folder, given.most, given.format)
    console.print(documents)
    if given.draw:
        console.print(str(documents.gallery().save(given.draw)), highlight=False)
