"""Pictures from outside, made harmless: decoded under a limit on their pixels, drawn anew, and nothing else kept.

What comes out is a PNG or JPEG of at most `THUMBNAIL` pixels a side that holds pixels only: no EXIF, no position,
no comment, no second file hidden behind the first. SVG and every other format that can hold more than pixels is
refused.
"""

from __future__ import annotations

import contextlib
import io
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from expectkit.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL: Final = 240
"""Longest side of a picture on the pages, in pixels."""

MOST_PIXELS: Final = 50_000_000
"""Pictures that claim more are refused before they are decoded."""

MOST_BYTES: Final = 100_000_000
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
_SMALL: Final = 64  # pictures up to here are enlarged, pixel by pixel
_FEW_COLOURS: Final = 128


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture that may be shown.

    Attributes
    ----------
    data : bytes
        PNG or JPEG.
    width, height : int
        In pixels.
    """

    data: bytes
    width: int
    height: int


def thumbnail(
    source: object, *, folder: Path | None = None, most_pixels: int = MOST_PIXELS, size: int = THUMBNAIL
) -> Thumbnail:
    """Make a small harmless picture.

    Parameters
    ----------
    source : bytes, str, Path or array
        The file's bytes, its path, or pixels: (height, width) or (height, width, 3 or 4), whole numbers 0 to 255 or
        fractions 0 to 1.
    folder : Path, optional
        What a relative path is relative to.
    most_pixels : int
    size : int
        Longest side of the result, in pixels.

    Returns
    -------
    Thumbnail

    Raises
    ------
    DataError
        If it is missing, broken, too large or not a picture; the message says which, without the path.
    """
    from PIL import Image, ImageOps

    if source is None or (isinstance(source, str | bytes) and not source):
        raise DataError("no picture is given")
    try:
        with warnings.catch_warnings(), _truncated_is_broken():
            warnings.simplefilter("ignore")  # Pillow's own warnings about size and broken metadata
            if hasattr(source, "__array__") or isinstance(source, list):
                return _encoded(_from_pixels(source, most_pixels), size)
            with Image.open(io.BytesIO(_bytes(source, folder)), formats=_FORMATS) as image:
                _check_size(image.size, most_pixels)
                image.draft("RGB", (size * 2, size * 2))
                return _encoded(ImageOps.exif_transpose(image), size)
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise DataError(f"it has more than {most_pixels:,} pixels") from None
    except Exception:  # a decoder may raise anything on a broken file
        raise DataError("it cannot be read as PNG, JPEG, GIF, WebP, BMP or TIFF") from None


@contextlib.contextmanager
def _truncated_is_broken() -> Iterator[None]:
    """Have Pillow refuse files that end early, whatever other libraries told it (WeasyPrint says otherwise)."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _check_size(size: tuple[int, int], most_pixels: int) -> None:
    if size[0] * size[1] > most_pixels:
        raise DataError(f"it has {size[0]:,} × {size[1]:,} pixels, more than the {most_pixels:,} allowed")
    if min(size) == 0:
        raise DataError("it has no pixels")


def _bytes(source: object, folder: Path | None) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        data = _file_bytes(str(source), folder)
    else:
        raise DataError(f"a picture cannot be made from {type(source).__name__}")
    if len(data) > MOST_BYTES:
        raise DataError(f"its file is larger than {MOST_BYTES // 1_000_000} MB")
    return data


def _file_bytes(name: str, folder: Path | None) -> bytes:
    if "://" in name:
        raise DataError("it is an address; pictures are read from files only, nothing is fetched")
    path = Path(name) if folder is None else folder / name
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise DataError("its path is no file")
        if found.st_size > MOST_BYTES:
            raise DataError(f"its file is larger than {MOST_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except (OSError, ValueError):
        raise DataError("its file is missing") from None


def _from_pixels(source: Any, most_pixels: int) -> Image:
    import numpy as np
    from PIL import Image

    pixels = np.asarray(source)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise DataError(
            f"its pixels have the shape {pixels.shape}; (height, width) or (height, width, 3) is needed"
        )
    _check_size((pixels.shape[1], pixels.shape[0]), most_pixels)
    if pixels.dtype == np.bool_ or np.issubdtype(pixels.dtype, np.floating):
        pixels = np.clip(np.nan_to_num(pixels.astype(np.float64)), 0, 1) * 255 + 0.5
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _encoded(image: Image, size: int) -> Thumbnail:
    """Scale a picture and write its pixels, and nothing but them, anew."""
    from PIL import Image

    small = _scaled(_plain_mode(image), size)
    clean = Image.frombytes(small.mode, small.size, small.tobytes())
    out = io.BytesIO()
    if clean.mode == "L" or clean.getcolors(_FEW_COLOURS) is not None:
        clean.save(out, "PNG", optimize=True)
    else:
        clean.save(out, "JPEG", quality=82, optimize=True)
    return Thumbnail(out.getvalue(), clean.width, clean.height)


def _plain_mode(image: Image) -> Image:
    """Return the picture in grey or in colour, on white where it is transparent."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
        scale = 255 / (high - low) if high > low else 0.0
        return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if image.mode in ("1", "L"):
        return image.convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", over.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, over).convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image, size: int) -> Image:
    from PIL import Image

    longest = max(image.size)
    if longest <= _SMALL:
        factor = max(1, size // 2 // longest)
        return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    if longest <= size:
        return image
    width, height = (max(1, side * size // longest) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
