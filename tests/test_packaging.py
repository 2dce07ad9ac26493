"""What is built and installed: wheel and sdist carry what they need, and the demo runs far from the checkout."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "expectkit"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@dataclass(frozen=True)
class Built:
    """The two files one publishes, and the names in each."""

    wheel: Path
    sdist: Path
    in_wheel: frozenset[str]
    in_sdist: frozenset[str]


@dataclass(frozen=True)
class Environment:
    """A fresh virtual environment that sees the packages of this one, but not the checkout."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
        return subprocess.run(
            [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
        )

    def install(self, *arguments: str | Path) -> None:
        pip: list[str | Path] = [
            self.python,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--no-index",
            "--no-deps",
        ]
        done = self.run(*pip, "--no-build-isolation", *arguments, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the sdist, and the wheel from the sdist alone."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = frozenset(archive.namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = frozenset(name.partition("/")[2] for name in archive.getnames())
    return Built(wheel, sdist, in_wheel, in_sdist)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Make an environment whose other packages are those of this one, read through a path file."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    made = Environment(folder)
    (inside,) = folder.glob("lib/python*/site-packages")
    (inside / "packages_of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return made


def files_below(folder: str) -> set[str]:
    """Return the files of a folder of the checkout, as paths from the root, without what Python left there."""
    paths = (ROOT / folder).rglob("*") if (ROOT / folder).is_dir() else ()
    return {str(p.relative_to(ROOT)) for p in paths if p.is_file() and "__pycache__" not in p.parts}


@pytest.mark.slow
def test_the_wheel_holds_the_package_templates_and_sample_data(built: Built) -> None:
    ours = files_below("expectkit") | {
        f"expectkit/{name}" for name in files_below("templates") | files_below("sample_data")
    }
    assert ours - built.in_wheel == set()
    assert "expectkit/py.typed" in built.in_wheel
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in built.in_wheel)


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(built: Built) -> None:
    roots = {name.partition("/")[0] for name in built.in_wheel}
    assert roots == {"expectkit", f"expectkit-{PROJECT['version']}.dist-info"}
    assert [name for name in built.in_wheel if "__pycache__" in name or "/tests/" in name] == []


@pytest.mark.slow
def test_the_sdist_holds_what_it_takes_to_build_test_and_read_it(built: Built) -> None:
    wanted = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "constraints.txt"}
    wanted |= {
        name
        for folder in ("expectkit", "templates", "sample_data", "tests", "docs")
        for name in files_below(folder)
    }
    assert wanted - built.in_sdist == set()
    assert [
        name for name in built.in_sdist if "__pycache__" in name or name.startswith((".venv", "out/"))
    ] == []


@pytest.mark.slow
def test_the_wheel_is_small(built: Built) -> None:
    assert built.wheel.stat().st_size < 10e6


@pytest.mark.slow
def test_the_demo_runs_from_the_installed_wheel_far_from_the_checkout(
    built: Built, environment: Environment, tmp_path: Path
) -> None:
    environment.install(built.wheel)
    check_the_demo(environment, tmp_path, home=environment.folder)


@pytest.mark.slow
def test_the_demo_runs_from_an_editable_install(environment: Environment, tmp_path: Path) -> None:
    environment.install("--editable", ROOT)
    check_the_demo(environment, tmp_path, home=ROOT)


def check_the_demo(environment: Environment, tmp_path: Path, *, home: Path) -> None:
    """Run ``expectkit demo`` in an empty folder and look at what it wrote; the package must come from `home`."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = environment.run(
        environment.python, "-c", "import expectkit; print(expectkit.__file__)", cwd=elsewhere
    )
    assert Path(where.stdout.strip()).resolve().is_relative_to(home.resolve()), where.stdout + where.stderr
    done = environment.run(
        environment.folder / "bin" / "expectkit", "demo", "--out", "briefed", cwd=elsewhere
    )
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads((elsewhere / "briefed" / "record.json").read_text(encoding="utf-8"))
    page = (elsewhere / "briefed" / "briefing.html").read_text(encoding="utf-8")
    (expectation,) = [s["text"] for s in record["statements"] if s["id"] == "expectation"]
    assert "fraud detection model" in expectation
    assert "Simulated" in page


# ---- dependencies --------------------------------------------------------------------------------

# import name -> the distribution we ask for that always brings it
BROUGHT_BY = {
    "markupsafe": "jinja2",
    "pydyf": "weasyprint",
    "keras": "tensorflow-cpu",
    "tensorflow": "tensorflow-cpu",
}
# what a package of ours imports on our behalf: fonttools packs WOFF2 with Brotli
BY_OTHERS = {"brotli"}
# what runs us, so that it is there: the plugin is only ever loaded by pytest
INSIDE_PYTEST = {"pytest"}


def test_every_package_that_is_imported_is_asked_for_and_none_is_asked_for_in_vain() -> None:
    wishes = [
        *PROJECT["dependencies"],
        *(wish for extra in PROJECT["optional-dependencies"].values() for wish in extra),
    ]
    asked = {canonical(re.split(r"[\[<>=!~; ]", wish)[0]) for wish in wishes} - {"expectkit"}
    homes = importlib.metadata.packages_distributions()
    names = imported_names(frozenset(homes))
    used = {canonical(BROUGHT_BY.get(name, (homes.get(name) or [name])[0])) for name in names}
    assert used - asked - INSIDE_PYTEST == set(), "imported, but not in pyproject.toml"
    assert asked - used - BY_OTHERS == set(), "in pyproject.toml, but never imported"


def imported_names(installed: frozenset[str]) -> set[str]:
    """Return the outside packages that the code imports, also inside functions and by name."""
    found: set[str] = set()
    for path in (*PACKAGE.rglob("*.py"), *(ROOT / "sample_data").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} & installed
    return found - set(sys.stdlib_module_names) - {"expectkit", "sample_data", "tests", ""}


def canonical(name: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
