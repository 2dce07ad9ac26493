"""`expectkit demo`: the whole journey on the sample that is bundled, and says that it is simulated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from expectkit.errors import InputError
from expectkit.io import sample
from tests.cli.conftest import RunCommand


def test_the_demo_writes_the_formats_asked_for_and_tells_which(run: RunCommand, tmp_path: Path) -> None:
    done = run("demo", "--out", tmp_path / "demo", "--format=md,json")
    assert done.code == 0, done.err
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {
        "briefing.md",
        "record.json",
        "promise.toml",
    }
    sentence, ranges = done.out.splitlines()
    assert sentence.startswith("With these settings, the fraud detection model would have a")
    assert "could be" in ranges
    assert "briefing.md" in done.err
    assert "briefing.html" not in done.err
    assert done.err.rstrip().endswith("The sample is simulated.")


def test_every_page_of_the_demo_says_that_its_data_are_simulated(run: RunCommand, tmp_path: Path) -> None:
    run("demo", "--out", tmp_path, "--format=html,md,json")
    banner = json.loads((tmp_path / "record.json").read_text("utf-8"))["provenance"]["banner"]
    assert "Simulated" in banner
    for page in ("briefing.html", "briefing.md"):
        assert banner.split(".")[0] in (tmp_path / page).read_text("utf-8")


def test_an_unknown_format_stops_before_anything_is_counted(run: RunCommand, tmp_path: Path) -> None:
    done = run("demo", "--out", tmp_path / "demo", "--format=docx")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "demo").exists()


def test_the_sample_lies_beside_its_config() -> None:
    config = sample.sample_config()
    assert config.is_file()
    assert (config.parent / "scored_cases.parquet").is_file()


def test_an_installation_without_the_sample_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sample.expectkit, "__file__", str(tmp_path / "expectkit" / "__init__.py"))
    with pytest.raises(InputError, match="has no sample data"):
        sample.sample_config()
