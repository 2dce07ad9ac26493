"""Typefaces on pages: small, renamed, with the letters the page needs."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from expectkit.render.fonts import Face, page_faces


def faces(rules: str) -> list[TTFont]:
    data = re.findall(r"data:font/woff2;base64,([^\")]+)", rules)
    return [TTFont(io.BytesIO(base64.b64decode(text))) for text in data]


def test_subsets_are_renamed_and_keep_their_licence() -> None:
    for font in faces(page_faces("x")):
        names = {record.nameID: record.toUnicode() for record in font["name"].names}
        assert names[1] in ("Expect Sans", "Expect Serif")
        assert not any("Source" in names[key] for key in (1, 3, 4, 6))
        assert "SIL Open Font License" in names[13]


def test_a_page_gets_the_letters_it_uses_and_not_the_whole_typeface() -> None:
    plain, accented = page_faces("plain"), page_faces("ąćęłńóśźż")
    assert "ł" in map(chr, faces(accented)[0].getBestCmap())
    assert "ł" not in map(chr, faces(plain)[0].getBestCmap())
    assert len(plain) < 40_000


def test_without_the_font_packages_a_page_uses_the_typefaces_of_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Face, "path", lambda self: None)
    assert page_faces("x") == ""


def test_a_missing_font_file_counts_as_a_missing_face(tmp_path: Path) -> None:
    assert Face("Expect Sans", 400, "font_source_sans_pro", "NoSuchFile.ttf").path() is None
    assert Face("Expect Sans", 400, "no_such_package_anywhere", "x.ttf").path() is None
