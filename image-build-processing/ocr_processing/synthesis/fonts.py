"""Find openly licensed fonts: an explicit folder, Python packages that carry them, or the system's."""

import importlib.util
import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

# fontTools ships no types.
from fontTools.ttLib import TTCollection, TTFont, TTLibError  # type: ignore[import-untyped]
from PIL import ImageFont

from ocr_processing.synthesis.charset import CHINESE, LATIN

Style = Literal["sans", "serif", "mono"]

PACKAGES = {
    "mplfonts": "fonts",
    "font_roboto": "files",
    "font_source_sans_pro": "files",
    "font_source_serif_pro": "files",
    "font_caladea": "files",
    "matplotlib": "mpl-data/fonts/ttf",
}
"""Python packages that carry fonts, and the folder within each."""

SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)
# SimHei is bundled by mplfonts but not openly licensed; its Source Han and Noto Mono faces draw the same Chinese as its
# Noto Sans and Serif. matplotlib's Computer Modern and STIX symbol
# fonts are mathematical: their letters stand at the wrong code points. The rest is not for reading.
EXCLUDED = (
    "simhei",
    "sourcehan",
    "notosansmonocjk",
    "cmb10",
    "cmex",
    "cmmi",
    "cmr10",
    "cmss",
    "cmsy",
    "cmti",
    "cmtt",
    "stixnonuni",
    "stixsiz",
)
EXCLUDED_WEIGHTS = ("thin", "extralight", "lastresort", "display", "emoji", "symbol", "mathtex")
BLANK_PIXELS = 48
"""Em at which a glyph is looked at: large enough for the thinnest stroke to leave ink."""
SUFFIXES = (".ttf", ".otf", ".ttc")
# A collection holds the same outlines for each region: these are the ones with Chinese forms.
REGIONS = (" SC", " TC", " HK")


class FontError(RuntimeError):
    """No usable font was found, or a font lacks a glyph."""


@dataclass(frozen=True)
class Font:
    """One face of one font file."""

    path: Path
    index: int
    family: str
    style: Style
    bold: bool
    italic: bool

    def missing(self, text: str) -> str:
        """The characters of `text` that this face has no glyph for, in order (spaces never miss)."""
        covered = _covered(self.path, self.index)
        return "".join(character for character in text if character != " " and ord(character) not in covered)

    def undrawable(self, text: str) -> str:
        """The characters of `text` that this face has no glyph for, or an empty one, in order."""
        missing = self.missing(text)
        return missing + "".join(
            character
            for character in text
            if character != " " and character not in missing and _is_blank(self.path, self.index, character)
        )

    def sized(self, pixels: int) -> ImageFont.FreeTypeFont:
        """This face at an em of so many pixels; the loaded face is kept."""
        return _load(self.path, self.index, pixels)


@dataclass(frozen=True)
class FontSet:
    """The faces to draw with: those with all the recipes' Chinese (and ASCII), and those with ASCII."""

    chinese: tuple[Font, ...]
    latin: tuple[Font, ...]


@cache
def find_fonts(folder: Path | None = None) -> FontSet:
    """Every usable face of `folder`, or of the packages, with the system's where a script is lacking.

    Raises FontError when nothing found has all the Chinese, or all the ASCII, of the recipes.
    """
    searched = (folder,) if folder else package_folders(PACKAGES)
    fonts = _faces(searched, own=folder is not None)
    if folder is None and not (fonts.chinese and fonts.latin):
        system = tuple(path for path in SYSTEM_FOLDERS if path.is_dir())
        found = _faces(system)
        fonts = FontSet(fonts.chinese or found.chinese, fonts.latin or found.latin)
        searched += system
    for script, faces in (("Chinese", fonts.chinese), ("ASCII", fonts.latin)):
        if not faces:
            places = ", ".join(map(str, searched)) or "no folder (none of the font packages is installed)"
            raise FontError(
                f"no font with all the {script} characters of the recipes in {places}; install Debian's "
                "fonts-noto-cjk or the Python package mplfonts, or name a folder of fonts in the recipe"
            )
    return fonts


@cache
def all_faces(folder: Path | None = None) -> tuple[Font, ...]:
    """Every face in any file of `folder`, whatever it has glyphs for; without a folder those of `find_fonts`.

    Raises FontError when the folder has no font that can be read.
    """
    if folder is None:
        fonts = find_fonts()
        return fonts.latin + fonts.chinese
    faces = tuple(font for path in _font_files(folder, every=True) for font in _read(path))
    if not faces:
        raise FontError(f"no font in {folder}; expected {', '.join(SUFFIXES)} files that can be read")
    return faces


def faces_for(text: str, folder: Path | None = None) -> tuple[Font, ...]:
    """The faces of `all_faces` that can draw all of `text`. Raises FontError, naming the characters, for none."""
    faces = all_faces(folder)
    able = set(range(len(faces))).intersection(*(_faces_with(character, folder) for character in set(text)))
    found = tuple(faces[number] for number in sorted(able))
    if not found:
        lacking = min((font.undrawable(text) for font in faces), key=len)
        raise FontError(
            f"no font {f'in {folder}' if folder else 'of the packages'} can draw the line {text!r}: the nearest "
            f"lacks {lacking!r}; expected a font with them in the recipe's folder of fonts"
        )
    return found


@cache
def _faces_with(character: str, folder: Path | None) -> frozenset[int]:
    """The places among `all_faces` of those that can draw a character: every line asks for a hundred of them."""
    return frozenset(number for number, font in enumerate(all_faces(folder)) if not font.undrawable(character))


def package_folders(packages: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of fonts of those Python packages that are installed, by package and folder within it."""
    # find_spec does not run the package: importing mplfonts would rewrite matplotlib's settings.
    found = [(importlib.util.find_spec(package), inside) for package, inside in packages.items()]
    folders = [Path(root) / inside for spec, inside in found if spec for root in spec.submodule_search_locations or ()]
    return tuple(folder for folder in folders if folder.is_dir())


def _faces(folders: tuple[Path, ...], own: bool = False) -> FontSet:
    fonts = [font for folder in folders for path in _font_files(folder) for font in _read(path)]
    # Empty glyphs are looked for where nobody has looked before.
    lacking = Font.undrawable if own else Font.missing
    return FontSet(
        tuple(font for font in fonts if not lacking(font, CHINESE + LATIN)),
        tuple(font for font in fonts if not lacking(font, LATIN) and lacking(font, CHINESE)),
    )


def _font_files(folder: Path, every: bool = False) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES]
    wanted = [path for path in files if every or not _excluded(path)]
    # Where a family comes in both forms they draw the same letters; one of them is enough.
    stems = {path.with_suffix("") for path in wanted if path.suffix.lower() == ".ttf"}
    return sorted(path for path in wanted if path.suffix.lower() != ".otf" or path.with_suffix("") not in stems)


def _excluded(path: Path) -> bool:
    name = path.stem.lower()
    return name.startswith(EXCLUDED) or any(part in name for part in EXCLUDED_WEIGHTS)


def _read(path: Path) -> list[Font]:
    try:
        fonts = [_describe(path, 0, path.stem)] if path.suffix.lower() != ".ttc" else _read_collection(path)
        for font in fonts:
            _covered(font.path, font.index)
    except (TTLibError, OSError, KeyError, struct.error) as error:
        logging.getLogger(__name__).warning("font left out: %s cannot be read (%s)", path, error)
        return []
    return fonts


def _read_collection(path: Path) -> list[Font]:
    with TTCollection(path, lazy=True) as collection:
        names = [str(face["name"].getDebugName(1) or "") for face in collection.fonts]
    chosen = [(i, name) for i, name in enumerate(names) if name.endswith(REGIONS)] or list(enumerate(names[:1]))
    return [_describe(path, index, f"{path.stem} {name}") for index, name in chosen]


def _describe(path: Path, index: int, family: str) -> Font:
    name = family.lower()
    style: Style = "mono" if "mono" in name else "serif" if _has_serifs(name) else "sans"
    bold = any(weight in name for weight in ("bold", "black", "medium", "generalbol"))
    italic = any(slant in name for slant in ("italic", "oblique", "bolita")) or name.endswith("it")
    return Font(path, index, family, style, bold, italic)


def _has_serifs(name: str) -> bool:
    return any(part in name for part in ("serif", "stix", "caladea", "ming", "song", "times"))


@cache
def _covered(path: Path, index: int) -> frozenset[int]:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


@cache
def _is_blank(path: Path, index: int, character: str) -> bool:
    """Whether nothing is drawn: fonts of few letters sometimes have empty glyphs for the rest."""
    return _load(path, index, BLANK_PIXELS).getmask(character).getbbox() is None


@lru_cache(maxsize=1024)
def _load(path: Path, index: int, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, index=index, layout_engine=ImageFont.Layout.BASIC)
