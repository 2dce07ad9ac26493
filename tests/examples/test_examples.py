"""The examples run as they are shown, and their pictures are there."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from PIL import Image

import expectkit as ek

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "examples").glob("*.md"))


def run(name: str, folder: Path, *arguments: Path) -> dict[str, object]:
    script = ROOT / "examples" / name / f"brief_{name}.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", script, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    record: dict[str, object] = json.loads((folder / "out" / name / "record.json").read_text("utf-8"))
    return record


@pytest.mark.slow
def test_the_digits_example_shows_pictures_of_digits(tmp_path: Path) -> None:
    record = run("digits", tmp_path)
    galleries = record["failures"]["galleries"]  # type: ignore[index]
    cases = [case for gallery in galleries for case in gallery["cases"]]
    assert len(cases) >= 20
    assert all(case["picture"]["width"] == 120 for case in cases)
    assert (tmp_path / "out/digits/briefing.html").read_text("utf-8").count('src="data:image/png') == len(
        cases
    )


@pytest.mark.slow
def test_the_bird_strikes_example_shows_remarks(tmp_path: Path) -> None:
    record = run("bird_strikes", tmp_path)
    cases = [case for gallery in record["failures"]["galleries"] for case in gallery["cases"]]  # type: ignore[index]
    assert all(3 <= len(case["snippet"]) <= 280 for case in cases)
    statements = {item["id"]: item["text"] for item in record["statements"]}  # type: ignore[attr-defined]
    assert "does not mean there is none" in statements["failure.missed_positives.none"]


@pytest.mark.slow
def test_the_demo_names_small_online_payments_as_its_page_says() -> None:
    made = ek.brief_from(ROOT / "sample_data" / "fraud" / "expectkit.toml")
    statement = made.statements["failure.missed_positives.1"]
    assert "amount under 2 € and channel online" in statement
    page = " ".join((ROOT / "docs" / "examples" / "fraud.md").read_text("utf-8").split())
    assert statement in page
    assert made.record.failures is not None
    assert "A person is assumed to miss this too" in [
        gallery.title for gallery in made.record.failures.galleries
    ]


def study_package(tweets: list[tuple[str, list[int]]]) -> bytes:
    """Return a source package like that of vaderSentiment, around tweets of our own."""
    texts = "".join(f"{i}\t0.0\t{text}\n" for i, (text, _) in enumerate(tweets))
    ratings = "".join(f"{i}\t0.0\t0.0\t{votes}\n" for i, (_, votes) in enumerate(tweets))

    def packed(files: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        return out.getvalue()

    study = {
        "hutto_ICWSM_2014/tweets_GroundTruth.txt": texts.encode(),
        "hutto_ICWSM_2014/tweets_anonDataRatings.txt": ratings.encode(),
    }
    return packed({"package/additional_resources/hutto_ICWSM_2014.tar.gz": packed(study)})


@pytest.mark.slow
def test_the_tweets_example_sets_readers_beside_the_model(tmp_path: Path) -> None:
    unhappy, calm = [-2] * 15, [2] * 15
    tweets = [
        *[("What an awful, horrible, terrible day", [1, *unhappy[1:]])]
        * 40,  # the first reader alone is wrong
        *[("A lovely, wonderful, happy morning", calm)] * 60,
        *[("The train arrives at noon", [-1, *calm[1:]])] * 20,
    ]
    package = tmp_path / "package.tar.gz"
    package.write_bytes(study_package(tweets))
    record = run("tweets", tmp_path, package)
    people = record["people"]
    assert people["basis"] == "same cases"  # type: ignore[index]
    assert [people["counts"][name] for name in ("n_false_negatives", "n_false_positives")] == [40, 20]  # type: ignore[index]
    majority = people["majority"]["counts"]  # type: ignore[index]
    assert (majority["n_false_negatives"], majority["n_false_positives"]) == (0, 0)
    assert {one["verdict"] for one in people["differences"].values()} == {"fewer"}  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n_classes"), [("digits_classes", 10), ("hpc_jobs", 4)])
def test_the_examples_of_several_classes_say_what_their_pages_say(
    name: str, n_classes: int, tmp_path: Path
) -> None:
    record = run(name, tmp_path)
    assert len(record["counts"]) == n_classes  # type: ignore[arg-type]
    statement = next(item["text"] for item in record["statements"] if item["id"] == "expectation")  # type: ignore[attr-defined]
    page = (ROOT / "docs" / "examples" / f"{name}.md").read_text("utf-8").replace("\n> ", " ")
    assert statement in " ".join(page.split())


def test_every_example_page_has_a_small_picture_and_links_that_lead_somewhere() -> None:
    assert len(PAGES) == 6
    for page in PAGES:
        text = page.read_text("utf-8")
        assert re.search(r"!\[.{20,}\]\(\w+\.png\)", text), page.name
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
        picture = page.with_suffix(".png")
        assert picture.stat().st_size < 250_000
        with Image.open(picture) as image:
            assert image.width > 800
