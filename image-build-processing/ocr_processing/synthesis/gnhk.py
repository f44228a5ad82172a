"""A folder of handwriting in the form of GNHK: `python -m ocr_processing.synthesis.gnhk --output build/handwriting`.

Nothing of GNHK itself is in it: the notes are those of the recipe `handwriting`.
"""

import argparse
import json
import sys
from pathlib import Path

from ocr_processing.failure import UserError
from ocr_processing.publish import created
from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.note import HANDWRITTEN, Note, NoteWord, render_note
from ocr_processing.synthesis.recipe import HandwritingRecipe
from ocr_processing.synthesis.settings import NoteDamage

NOTES_A_HAND = 2
NEXT_HAND = 4
"""Neighbours in the numbers of writers have neighbouring faces: this leads through all, soon to very different ones."""

WIDTH = (800, 940)
LINES = (6, 11)
DAMAGE = NoteDamage(noise=(0, 3), jpeg=(65, 80))
"""Noise is most of a photograph's file, and the folder is to stay small."""

TYPES = {HANDWRITTEN: "H"}
ANTICLOCKWISE = (0, 3, 2, 1)
"""From the top left, as GNHK's corners mostly run."""


def write_folder(folder: Path, seed: int, train: int, test: int) -> int:
    """Write so many notes into `train/` and `test/` of the new folder, by other hands in each; how many bytes they are.

    Raises FontError when no font can be found, UserError when the folder is there already and not empty.
    """
    size = 0
    with created(folder) as partial:
        for index in range(train + test):
            split = "train" if index < train else "test"
            number = index if index < train else index - train
            hands = -(-train // NOTES_A_HAND) if split == "test" else 0
            writer = (hands + number // NOTES_A_HAND) * NEXT_HAND
            recipe = HandwritingRecipe(
                recipe="handwriting", width=WIDTH, lines=LINES, writers=(writer, writer), damage=DAMAGE
            )
            note = render_note(seed, index, recipe)
            stem = partial / split / f"eng_H{writer:03d}_{number:03d}"
            stem.parent.mkdir(exist_ok=True)
            stem.with_suffix(".jpg").write_bytes(note.jpeg)
            stem.with_suffix(".json").write_text(words_json(note), encoding="utf-8", newline="\n")
            size += len(note.jpeg)
    return size


def words_json(note: Note) -> str:
    """The note's words in GNHK's form, a word a row."""
    return "[\n" + ",\n".join(json.dumps(_word(word), ensure_ascii=False) for word in note.words) + "\n]\n"


def _word(word: NoteWord) -> dict[str, object]:
    corners = word.polygon.round().astype(int).tolist()
    polygon = {
        f"{axis}{n}": corners[corner]["xy".index(axis)] for n, corner in enumerate(ANTICLOCKWISE) for axis in "xy"
    }
    return {"text": word.text, "polygon": polygon, "line_idx": word.line, "type": TYPES.get(word.kind, "P")}


def main(arguments: list[str] | None = None) -> int:
    """Draw photographs of notes with their words, as GNHK's pages are, into a new folder."""
    parser = argparse.ArgumentParser(prog="python -m ocr_processing.synthesis.gnhk", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=17, help="another seed draws other notes (default 17)")
    parser.add_argument("--train", type=int, default=18, help="notes in train/ (default 18)")
    parser.add_argument("--test", type=int, default=6, help="notes in test/, by other hands (default 6)")
    parser.add_argument("--output", type=Path, required=True, help="folder to write, which must be new or empty")
    options = parser.parse_args(arguments)
    if options.seed < 0 or options.train < 1 or options.test < 1:
        parser.error(
            f"--seed {options.seed} --train {options.train} --test {options.test}: expected 0, 1 and 1 or more"
        )
    try:
        size = write_folder(options.output, options.seed, options.train, options.test)
    except (FontError, UserError, OSError) as error:
        print(f"no note was drawn: {error}", file=sys.stderr)
        return 1
    print(f"{options.train + options.test} notes of {size / 1e6:.1f} MB together: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
