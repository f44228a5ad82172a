"""Keep of installed font packages what drawing needs: `python subset_fonts.py INSTALLED WANTED`.

A Chinese font has glyphs for four countries' forms of each character and for Korean, and most of its size is there.
Kept are all characters but Hangul, each in the form that a plain lookup gives, with their hints: what is drawn with
basic layout is the same, pixel for pixel. Fonts that the recipes never use are left out, and licences come along.
"""

import shutil
import sys
from pathlib import Path

# fontTools ships no types.
from fontTools.subset import Options, Subsetter, load_font, save_font  # type: ignore[import-untyped]

PACKAGES = {
    "mplfonts/fonts": ("NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Regular.otf"),
    "font_roboto/files": ("*.ttf",),
    "font_source_sans_pro/files": ("*.ttf",),
    "font_source_serif_pro/files": ("*.ttf",),
    "font_caladea/files": ("*.ttf",),
    "fontpkg_caveat/files": ("*.ttf",),
    "fontpkg_dancing_script/files": ("*.ttf",),
    "fontpkg_delius/files": ("*.ttf",),
    "fontpkg_indie_flower/files": ("*.ttf",),
    "fontpkg_kalam/files": ("*.ttf",),
    "fontpkg_shadows_into_light/files": ("*.ttf",),
    "fontpkg_zeyada/files": ("*.ttf",),
    "matplotlib/mpl-data/fonts/ttf": ("DejaVu*.ttf", "STIXGeneral*.ttf"),
}
LARGE = 2**23
"""Bytes above which a font is worth cutting down."""
HANGUL = (range(0x1100, 0x1200), range(0x3130, 0x3190), range(0xA960, 0xA980), range(0xAC00, 0xD800))


def main(installed: Path, wanted: Path) -> None:
    """Copy the wanted fonts, cut down where they are large. Raises FileNotFoundError when a pattern matches none."""
    for folder, patterns in PACKAGES.items():
        target = wanted / folder
        target.mkdir(parents=True)
        for pattern in patterns:
            fonts = sorted((installed / folder).glob(pattern))
            if not fonts:
                raise FileNotFoundError(f"no {pattern} in {installed / folder}: does fonts.lock have the package?")
            for font in fonts:
                if font.stat().st_size > LARGE:
                    subset(font, target / font.name)
                else:
                    shutil.copyfile(font, target / font.name)
    for licence in installed.glob("*.dist-info"):
        shutil.copytree(licence, wanted / licence.name)


def subset(source: Path, target: Path) -> None:
    """Write the font without Hangul and without alternative forms."""
    options = Options(layout_features=[], name_IDs=["*"], notdef_outline=True, glyph_names=False)
    font = load_font(str(source), options, lazy=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if not any(code in block for block in HANGUL)])
    subsetter.subset(font)
    save_font(font, str(target), options)
    print(f"{source.name}: {source.stat().st_size} -> {target.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
