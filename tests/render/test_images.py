"""Pictures from outside: what is read is drawn anew, what could be more than pixels is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from expectkit.errors import DataError
from expectkit.render.images import Thumbnail, thumbnail

SECRET = b"52.5200 N 13.4050 E secret place"


def picture(size: tuple[int, int] = (400, 300), mode: str = "RGB") -> Image.Image:
    rng = np.random.default_rng(3)
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    return Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(made: Thumbnail) -> Image.Image:
    return Image.open(io.BytesIO(made.data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_of_every_usual_kind_becomes_a_small_png_or_jpeg(kind: str) -> None:
    made = thumbnail(saved(picture(), kind))
    assert opened(made).format in ("PNG", "JPEG")
    assert (made.width, made.height) == opened(made).size == (240, 180)


def test_exif_with_a_position_a_comment_and_a_text_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    for data in (
        saved(picture(), "JPEG", exif=exif, comment=SECRET),
        saved(picture(), "PNG", pnginfo=info, exif=exif),
        saved(picture(), "WEBP", exif=exif),
    ):
        assert SECRET[:10] in data
        made = thumbnail(data)
        assert b"secret" not in made.data
        assert b"Exif" not in made.data
        assert dict(opened(made).getexif()) == {}
        assert not {"icc_profile", "comment", "Comment", "exif", "xmp"} & set(opened(made).info)


def test_a_picture_taken_sideways_is_turned_upright_before_its_exif_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = thumbnail(saved(picture((400, 200)), "JPEG", exif=exif))
    assert (made.width, made.height) == (120, 240)


def test_what_is_hidden_behind_a_picture_does_not_come_along() -> None:
    page = b"<html><script>alert(1)</script></html>PK\x03\x04"
    for data in (
        saved(picture(), "PNG") + page,
        saved(picture(), "GIF") + page,
        saved(picture(), "JPEG") + page,
    ):
        assert b"script" not in thumbnail(data).data


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><image href='file:///etc/passwd'/></svg>",
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
        b"%PDF-1.7 not a picture",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file",
        b"GIF89a/*\x00*/=1;alert(1)//",
        b"\x89PNG\r\n\x1a\n broken",
        b"\xff\xd8\xff\xe0 cut off",
        b"plain text",
        b"\x00" * 1000,
    ],
)
def test_what_is_no_picture_is_refused_without_a_crash(data: bytes) -> None:
    with pytest.raises(DataError, match="cannot be read as PNG"):
        thumbnail(data)


@pytest.mark.parametrize("told_by_others", [False, True])
def test_a_truncated_picture_is_refused(told_by_others: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", told_by_others)  # importing WeasyPrint sets it
    with pytest.raises(DataError, match="cannot be read"):
        thumbnail(saved(picture(), "JPEG")[:3000])
    assert told_by_others == ImageFile.LOAD_TRUNCATED_IMAGES


def bomb(side: int) -> bytes:
    """Return a PNG that claims side x side pixels, in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 20_000, 60_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    with pytest.raises(DataError, match="pixels"):
        thumbnail(bomb(side))


def test_a_picture_at_the_limit_is_read_and_one_above_it_is_not() -> None:
    data = saved(picture((100, 100)), "PNG")
    assert thumbnail(data, most_pixels=10_000).width == 100
    with pytest.raises(DataError, match="100 × 100 pixels, more than the 9,999 allowed"):
        thumbnail(data, most_pixels=9_999)


def test_a_missing_file_an_address_a_folder_and_nothing_at_all_are_refused(tmp_path: Path) -> None:
    for source, message in (
        ("gone.png", "missing"),
        ("http://203.0.113.9/x.png", "address"),
        (str(tmp_path), "no file"),
        ("nul\x00byte.png", "missing"),
        (None, "no picture"),
        (b"", "no picture"),
        (7, "cannot be made from int"),
    ):
        with pytest.raises(DataError, match=message) as refused:
            thumbnail(source, folder=tmp_path)
        assert "gone.png" not in str(refused.value)


def test_a_relative_path_is_relative_to_the_config(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(saved(picture((80, 60)), "PNG"))
    assert thumbnail("x.png", folder=tmp_path).width == 80


def test_arrays_of_numbers_become_pictures() -> None:
    grey = np.linspace(0, 1, 64).reshape(8, 8)
    made = opened(thumbnail(grey))
    assert made.mode == "L"
    assert made.size == (120, 120)
    assert np.asarray(made)[0, 0] == 0
    assert np.asarray(made)[-1, -1] == 255
    assert opened(thumbnail(np.full((300, 100, 3), 200, np.uint8))).size == (80, 240)
    with pytest.raises(DataError, match="shape"):
        thumbnail(np.zeros(64))


def test_transparent_parts_lie_on_white() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert opened(thumbnail(saved(clear, "PNG"))).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bit_grey_uses_the_whole_range() -> None:
    deep = Image.fromarray((np.arange(10_000, dtype=np.uint16) * 6).reshape(100, 100))
    made = np.asarray(opened(thumbnail(saved(deep, "PNG"))).convert("L"))
    assert made.min() < 5
    assert made.max() > 250


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = saved(picture(), "PNG")
    assert thumbnail(data) == thumbnail(data)
