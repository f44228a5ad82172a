"""Real files of every format and kind, small, to be damaged."""

import io

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

LINE_SIZE = (220, 40)
PAGE_SIZE = (200, 140)
ORIENTATION = 0x0112


def corpus() -> dict[str, bytes]:
    """The files by name; the ending says the format."""
    line, page = _drawn(LINE_SIZE, ["Total 12.50"]), _drawn(PAGE_SIZE, ["Name", "1984-07-23", "Number"])
    grey, bits = page.convert("L"), page.convert("1")
    see_through = page.convert("RGBA")
    see_through.putalpha(PIL.Image.linear_gradient("L").resize(PAGE_SIZE))
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    deep = grey.convert("I;16")
    return {
        "line.jpg": _saved(line, "JPEG"),
        "turned.jpg": _saved(page, "JPEG", exif=exif),
        "progressive.jpg": _saved(page, "JPEG", progressive=True),
        "ink.jpg": _saved(page.convert("CMYK"), "JPEG"),
        "grey.jpg": _saved(grey, "JPEG", dpi=(300, 300)),
        "page.png": _saved(page, "PNG"),
        "palette.png": _saved(page.convert("P"), "PNG", transparency=3),
        "see-through.png": _saved(see_through, "PNG"),
        "deep.png": _saved(deep, "PNG"),
        "bits.png": _saved(bits, "PNG"),
        "animated.png": _saved(
            page, "PNG", save_all=True, append_images=[page.transpose(PIL.Image.Transpose.ROTATE_180)]
        ),
        "page.webp": _saved(page, "WEBP"),
        "lossless.webp": _saved(see_through, "WEBP", lossless=True),
        "animated.webp": _saved(page, "WEBP", save_all=True, append_images=[page.rotate(5)]),
        "page.bmp": _saved(page, "BMP"),
        "palette.bmp": _saved(page.convert("P"), "BMP"),
        "bits.bmp": _saved(bits, "BMP"),
        "page.tif": _saved(page, "TIFF"),
        "lzw.tif": _saved(page, "TIFF", compression="tiff_lzw"),
        "deflate.tif": _saved(see_through, "TIFF", compression="tiff_adobe_deflate"),
        "jpeg.tif": _saved(page, "TIFF", compression="jpeg"),
        "fax.tif": _saved(bits, "TIFF", compression="group4"),
        "packed.tif": _saved(grey, "TIFF", compression="packbits"),
        "deep.tif": _saved(deep, "TIFF"),
        "float.tif": _saved(grey.convert("F"), "TIFF"),
        "pages.tif": _saved(line, "TIFF", save_all=True, append_images=[page, grey, bits]),
        "scan.pdf": _saved(page, "PDF", resolution=100),
        "fax.pdf": _saved(bits, "PDF", resolution=100),
        "pages.pdf": _saved(line, "PDF", resolution=100, save_all=True, append_images=[page, grey]),
        "drawn.pdf": _drawn_pdf(),
        "page.gif": _saved(page, "GIF"),
    }


def _drawn(size: tuple[int, int], lines: list[str]) -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", size, (250, 248, 240))
    pen = PIL.ImageDraw.Draw(picture)
    for number, text in enumerate(lines):
        pen.text((8, 6 + 44 * number), text, fill=(20, 20, 60), font=PIL.ImageFont.load_default(size=26))
    return picture


def _saved(picture: PIL.Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.copy().save(file, kind, **options)  # a copy: saving leaves its options behind
    return file.getvalue()


def _drawn_pdf() -> bytes:
    """Text, paths, a form that is used twice and a shading, all uncompressed, so that damage hits operators."""
    contents = (
        b"q 1 0 0 RG 4 w 20 20 160 60 re S Q\nBT /T 24 Tf 20 100 Td (Total 12.50) Tj ET\n"
        b"q 1 0 0 1 20 20 cm /F Do Q q .5 0 0 .5 90 30 cm /F Do Q\nq 100 100 50 30 re W n /S sh Q"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 140]/Contents 4 0 R/Resources<</Font<</T 5 0 R>>"
        b"/XObject<</F 6 0 R>>/Shading<</S 7 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(contents), contents),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 60 40]/Length 33>>stream\n"
        b"0 0 1 rg 0 0 30 20 re f 0 g 5 5 m S\nendstream",
        b"<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 200 0]/Function"
        b"<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>",
    ]
    content = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % numbered for numbered in enumerate(objects, start=1))
    return content + b"trailer\n<</Root 1 0 R/Size 8>>\n%%EOF\n"  # readers rebuild the missing table
