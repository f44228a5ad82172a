import shutil
from pathlib import Path

import pytest

# fontTools ships no types.
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.tables._g_l_y_f import Glyph  # type: ignore[import-untyped]

from ocr_processing.synthesis.charset import CHARACTERS, CHINESE, GIVEN_NAMES, LATIN, SURNAMES
from ocr_processing.synthesis.drawing import draw_text
from ocr_processing.synthesis.fonts import FontError, all_faces, faces_for, find_fonts


def test_the_dictionary_is_sorted_and_has_no_character_twice() -> None:
    assert "".join(sorted(set(CHARACTERS))) == CHARACTERS
    assert " " not in CHARACTERS


def test_the_pools_are_within_the_dictionary() -> None:
    assert set(SURNAMES) | set(GIVEN_NAMES) <= set(CHINESE)
    assert len(SURNAMES) >= 100
    assert len(set(GIVEN_NAMES)) == len(GIVEN_NAMES) >= 300


def test_every_face_found_has_every_glyph_it_is_used_for() -> None:
    fonts = find_fonts()
    assert {font.family for font in fonts.chinese if font.missing(CHARACTERS)} == set()
    assert {font.family for font in fonts.latin if font.missing(LATIN)} == set()


def test_fonts_without_an_open_licence_are_left_out() -> None:
    fonts = find_fonts()
    assert not [font.path for font in fonts.chinese + fonts.latin if "simhei" in font.path.name.lower()]


def test_a_folder_of_ones_own_is_the_only_source(tmp_path: Path) -> None:
    chinese = find_fonts().chinese[0]
    latin = find_fonts().latin[0]
    for font in (chinese, latin):
        shutil.copy(font.path, tmp_path)
    fonts = find_fonts(tmp_path)
    assert {font.path.parent for font in fonts.chinese + fonts.latin} == {tmp_path}


def test_a_folder_without_chinese_says_what_to_install(tmp_path: Path) -> None:
    shutil.copy(find_fonts().latin[0].path, tmp_path)
    with pytest.raises(FontError, match=rf"Chinese .* in {tmp_path}; install .*fonts-noto-cjk.* mplfonts"):
        find_fonts(tmp_path)


def test_a_file_that_is_no_font_is_left_out_by_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    with pytest.raises(FontError):
        find_fonts(tmp_path)
    assert "broken.ttf" in caplog.text


@pytest.fixture
def without_outline(tmp_path: Path) -> Path:
    """A folder with one face of which A is listed and draws nothing, as in fonts of a few letters."""
    caladea = next(font for font in find_fonts().latin if font.family == "Caladea-Regular")
    with TTFont(caladea.path) as font:
        font["glyf"][font.getBestCmap()[ord("A")]] = Glyph()
        font.save(tmp_path / "hollow.ttf")
    return tmp_path


def test_an_empty_glyph_counts_as_missing(without_outline: Path) -> None:
    (face,) = all_faces(without_outline)
    assert face.missing("ABA é") == ""
    assert face.undrawable("ABA é陳") == "陳AA"
    with pytest.raises(FontError, match=r"can draw the line 'CAB': the nearest lacks 'A'"):
        faces_for("CAB", without_outline)
    assert faces_for("CB", without_outline) == (face,)


def test_a_face_with_an_empty_glyph_draws_no_recipe(without_outline: Path) -> None:
    for font in (find_fonts().chinese[0], find_fonts().latin[0]):
        shutil.copy(font.path, without_outline)
    assert [font.path.name for font in find_fonts(without_outline).latin] == [find_fonts().latin[0].path.name]


def test_every_face_of_a_folder_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    shutil.copy(find_fonts().latin[0].path, tmp_path / "MyHandDisplay-Thin.ttf")
    assert [font.family for font in all_faces(tmp_path)] == ["MyHandDisplay-Thin"]


def test_a_folder_without_fonts_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(FontError, match=rf"no font in {tmp_path}; expected \.ttf"):
        all_faces(tmp_path)


def test_a_missing_glyph_is_an_error_not_a_box() -> None:
    latin = find_fonts().latin[0]
    with pytest.raises(FontError, match="no glyph for '陳'"):
        draw_text("A陳", latin, 32)


def test_ink_is_cropped_to_the_text_and_stands_on_its_baseline() -> None:
    drawn = draw_text("H", find_fonts().latin[0], 40)
    assert drawn.mask.max() == 1.0
    assert drawn.mask[0].max() > 0
    assert drawn.mask[-1].max() > 0
    assert abs(drawn.baseline - drawn.mask.shape[0]) <= 1
