"""Typefaces: whole files for the PDF, small renamed subsets for pages.

They come from two packages and never from files of ours. Their licence (SIL OFL) reserves the name: a subset is a
modified version, so it calls itself "Expect Sans" or "Expect Serif". Without the packages, pages use the reader's own
typefaces.
"""

from __future__ import annotations

import base64
import importlib
import io
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—‘’“”…€£×−·\u2009\u202f\u2060")


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a family: where it comes from, what it is called here, which of its layout features pages keep.

    Kerning doubles the time a subset takes, and shows in headlines and big numbers only. The figures of all faces
    are lining and tabular to begin with.
    """

    family: str
    weight: int
    package: str
    file: str
    features: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A short name for addresses, such as ``"sans-600"``."""
        return f"{self.family.split()[-1].lower()}-{self.weight}"

    def path(self) -> Path | None:
        """Return the file of this face, or None when its package is not installed."""
        try:
            package = importlib.import_module(self.package)
        except ImportError:
            return None
        path = Path(package.font_directory) / self.file
        return path if path.is_file() else None


FACES = (
    Face("Expect Sans", 400, "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    Face("Expect Sans", 600, "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    Face("Expect Serif", 600, "font_source_serif_pro", "SourceSerifPro-Semibold.ttf", ("kern", "pnum")),
)


def print_faces(scheme: str) -> str:
    """Return ``@font-face`` rules for the PDF, which fetches each face as ``scheme:key``.

    Parameters
    ----------
    scheme : str
        Our private scheme.

    Returns
    -------
    str
        Empty when the font packages are not installed.
    """
    return "".join(_rule(face, f"{scheme}:{face.key}") for face in FACES if face.path() is not None)


def print_file(key: str) -> bytes | None:
    """Return the whole font file of the face `key`, or None when there is none."""
    paths = (face.path() for face in FACES if face.key == key)
    return next((path.read_bytes() for path in paths if path is not None), None)


def page_faces(text: str) -> str:
    """Return ``@font-face`` rules with the faces inside, cut down to the letters a page can need.

    Parameters
    ----------
    text : str
        The text of the page: its letters are kept, as far as the typeface has them, and ASCII always.

    Returns
    -------
    str
        About 30 kB. Empty when the font packages are not installed.
    """
    letters = _ALWAYS | frozenset(text) | frozenset(text.upper())
    rules = []
    for face in FACES:
        path = face.path()
        if path is not None:
            data = base64.b64encode(_subset(face, path, letters & _has(path))).decode("ascii")
            rules.append(_rule(face, f"data:font/woff2;base64,{data}"))
    return "".join(rules)


def _rule(face: Face, address: str) -> str:
    return (
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: normal; '
        f'font-display: swap; src: url("{address}"); }}\n'
    )


@cache
def _has(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@lru_cache(maxsize=16)
def _subset(face: Face, path: Path, letters: frozenset[str]) -> bytes:
    """Cut a face down to `letters`, rename it, and pack it as WOFF2."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, layout_closure=False)
    options.layout_features = list(face.features)
    options.layout_scripts = ["DFLT", "latn"]
    options.name_IDs = ["*"]
    options.recalc_timestamp = False
    options.drop_tables += ["meta"] if face.features else ["meta", "GSUB", "GPOS", "GDEF"]
    packed = io.BytesIO()
    with subset.load_font(str(path), options) as font:
        _rename(font["name"], face)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted(map(ord, letters)))
        subsetter.subset(font)
        subset.save_font(font, packed, options)
    return packed.getvalue()


def _rename(table: Any, face: Face) -> None:
    """Give the face our name and leave out every other name but copyright and licence (name IDs 0, 13 and 14)."""
    full = f"{face.family} {'Regular' if face.weight == 400 else 'Semibold'}"
    names = {1: face.family, 2: "Regular", 3: full, 4: full, 6: full.replace(" ", "")}
    table.names = [record for record in table.names if record.nameID in names or record.nameID in (0, 13, 14)]
    for record in table.names:
        record.string = names.get(record.nameID, record.string)
