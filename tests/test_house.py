"""The rules of the house: what starts fast, what is public, what the README promises, what no file may hold."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import resource
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import expectkit

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "expectkit"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

HEAVY = "pandas polars plotly jinja2 weasyprint pikepdf tensorflow keras sklearn scipy numpy pyarrow duckdb babel rich"
NOT_SOURCE = {
    ".git",
    ".hypothesis",
    ".venv",
    ".venv-tf",
    "__pycache__",
    "out",
    "build",
    "dist",
    "node_modules",
} | {f".{tool}_cache" for tool in ("pytest", "mypy", "ruff", "import_linter")}
PUBLIC_NAMES = [
    "Briefing",
    "ExpectkitError",
    "InputError",
    "ScoreHistogram",
    "Words",
    "__version__",
    "brief",
    "brief_from",
    "brief_model",
    "clopper_pearson",
    "load_config",
    "tally_arrays",
]


def run_python(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python on this checkout; a terminal of 80 columns, no colour, bytecode allowed."""
    env = {
        k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START"}
    }
    env |= {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "NO_COLOR": "1"} | environment
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def run_command(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run ``expectkit`` as its console script does, from this checkout."""
    script = (
        f"import sys; sys.argv = ['expectkit', *{arguments!r}]; from expectkit.cli.main import main; main()"
    )
    return run_python("-c", script, cwd=cwd)


def modules() -> list[str]:
    """Return the dotted names of all modules of the package."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


def text_files() -> Iterator[tuple[Path, str]]:
    """Yield our own text files with their content; what tools made and binary files are left out."""
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in NOT_SOURCE and not name.endswith(".egg-info")]
        for name in files:
            path = Path(folder) / name
            try:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # not text


# ---- starting up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["import expectkit", "import expectkit.cli.main"])
def test_importing_the_package_loads_nothing_heavy(statement: str) -> None:
    script = f"import sys; {statement}; print(*sorted(set({HEAVY.split()!r}) & set(sys.modules)))"
    done = run_python("-W", "error", "-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_asking_for_help_loads_nothing_heavy_and_imports_no_command() -> None:
    script = (
        "import sys, atexit; sys.argv = ['expectkit', '--help']\n"
        f"atexit.register(lambda: print('LOADED', *sorted(set({HEAVY.split()!r}) & set(sys.modules)),\n"
        "    *[name for name in sys.modules if name.startswith('expectkit.cli.')\n"
        "      and name not in ('expectkit.cli.main', 'expectkit.cli.streams')]))\n"
        "from expectkit.cli.main import main; main()"
    )
    done = run_python("-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["LOADED"]


def test_help_takes_less_than_150_ms_of_processor_time() -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run_command("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # the best of ten: what a busy machine adds is not ours
    assert min(seconds() for _ in range(10)) < 0.15


# ---- names and modules ---------------------------------------------------------------------------


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(expectkit.__all__) == sorted(PUBLIC_NAMES)


def test_every_public_name_can_be_reached_and_is_documented() -> None:
    for name in set(PUBLIC_NAMES) - {"__version__"}:
        assert getattr(expectkit, name).__doc__, f"expectkit.{name} has no docstring"
        assert name in dir(expectkit)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'brieff'"):
        _ = expectkit.brieff


@pytest.mark.parametrize("name", modules())
def test_every_module_can_be_imported_and_has_a_docstring(name: str) -> None:
    source = importlib.util.find_spec(name)
    assert source is not None
    assert source.origin is not None, f"{name} has no __init__.py"
    assert ast.get_docstring(ast.parse(Path(source.origin).read_text(encoding="utf-8"))), (
        f"{name} has no docstring"
    )
    if name != "expectkit.__main__":
        importlib.import_module(name)


def test_imports_point_one_way_and_no_two_modules_need_each_other() -> None:
    done = run_python(
        "-c", "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept is not None, done.stdout
    assert int(kept[1]) == len(PYPROJECT["tool"]["importlinter"]["contracts"])


def test_no_module_is_named_for_having_no_subject() -> None:
    names = {part for name in modules() for part in name.split(".")}
    assert names & {"utils", "util", "common", "helpers", "helper", "misc", "base"} == set()


# ---- README --------------------------------------------------------------------------------------


def fenced(language: str) -> list[str]:
    """Return the README's fenced blocks of a language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_the_help_in_the_readme_is_the_help_of_the_command() -> None:
    shown = [block.partition("\n") for block in fenced("console") if block.startswith("$ expectkit --help\n")]
    assert len(shown) == 1, "README.md needs one ```console block that starts with `$ expectkit --help`"
    assert shown[0][2].rstrip().splitlines() == run_command("--help").stdout.rstrip().splitlines()


def test_every_command_in_the_readme_exists_with_its_options() -> None:
    lines = [
        line[2:]
        for block in fenced("console")
        for line in block.splitlines()
        if line.startswith("$ expectkit ")
    ]
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        if words[0].startswith("-"):
            continue
        help_text = run_command(words[0], "--help").stdout
        for option in (word.partition("=")[0] for word in words[1:] if re.match(r"--?[a-z]", word)):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", help_text), (
                f"README.md: {line!r}: no option {option}"
            )


def test_the_python_code_in_the_readme_runs_in_an_empty_folder(tmp_path: Path) -> None:
    blocks = fenced("python")
    assert blocks
    for number, block in enumerate(blocks, 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = run_python("-W", "error", "-c", block, cwd=folder)
        assert done.returncode == 0, f"README.md, Python block {number}:\n{block}\n{done.stderr[-2000:]}"


def test_the_make_targets_in_the_readme_exist() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    named |= {
        line.split()[2] for block in fenced("console") for line in block.splitlines() if line[:7] == "$ make "
    }
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert {"demo", "test"} <= named
    assert named - targets == set()


@pytest.mark.parametrize(
    "page", ["README.md", "CHANGELOG.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
)
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    broken = [t for t in targets if "://" not in t and not ((ROOT / page).parent / t).exists()]
    assert broken == []


def test_the_files_that_the_architecture_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./])(\w[\w-]*/[\w./-]*\w|\w+\.py)(?![\w*])", text))
    assert "measure/histogram.py" in named
    assert [
        name for name in sorted(named) if not any((home / name).exists() for home in (ROOT, PACKAGE))
    ] == []


# ---- project files -------------------------------------------------------------------------------


def test_the_changelog_has_the_version() -> None:
    headings = re.findall(
        r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert expectkit.__version__ in headings


def test_the_version_is_stated_the_same_twice() -> None:
    assert PYPROJECT["project"]["version"] == expectkit.__version__


def test_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin)] == []
    names = [canonical(pin.partition("==")[0]) for pin in pins]
    assert len(names) == len(set(names))


def test_every_package_we_ask_for_has_its_tested_version() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonical(pin.partition("==")[0]) for pin in pins}
    project = PYPROJECT["project"]
    asked = [*project["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    asked += [wish for extra in project["optional-dependencies"].values() for wish in extra]
    names = {canonical(re.split(r"[\[<>=!~; ]", wish)[0]) for wish in asked} - {"expectkit"}
    assert names - pinned == set()


def test_the_lowest_versions_are_the_lower_bounds() -> None:
    lines = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8").splitlines()
    lowest = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = PYPROJECT["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["pdf"]]
    bounds = {canonical(name): bound for name, _, bound in (wish.partition(">=") for wish in asked)}
    assert {name: as_numbers(version) for name, version in lowest.items()} == {
        name: as_numbers(bound) for name, bound in bounds.items()
    }


def as_numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers, without zeros at its end."""
    numbers = [int(part) for part in version.split(".")]
    while numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def canonical(name: str) -> str:
    """Return a distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_file_names_a_path_of_a_developers_machine_or_a_package_index() -> None:
    # put together here, so that this file does not find itself
    words = ["/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/", "/tm" + "p/", "C:" + "\\Users"]
    words += ["pypi" + ".org", "python" + "hosted", "find" + "-links", "index" + "-url", "pip" + ".conf"]
    pattern = re.compile("|".join(rf"(?<![\w.]){re.escape(word)}" for word in words))
    found = [f"{path}: {hit[0]}" for path, text in text_files() for hit in pattern.finditer(text)]
    assert found == []


def test_the_configuration_reference_is_what_the_reader_of_the_file_knows() -> None:
    done = run_python(
        "-c", "import sys; sys.path.insert(0, 'scripts'); import config_reference as c; print(c.reference())"
    )
    assert done.returncode == 0, done.stderr
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page.rstrip() == done.stdout.rstrip(), "run scripts/config_reference.py"


def test_every_gold_folder_says_how_its_files_are_made_anew() -> None:
    folders = {path.parent for path in (ROOT / "tests" / "gold").rglob("*") if path.is_file()}
    assert folders
    for folder in folders:
        readme = next(
            (f / "README.md" for f in (folder, *folder.parents) if (f / "README.md").is_file()), None
        )
        assert readme is not None, f"{folder.relative_to(ROOT)} has no README.md"
        assert (ROOT / "tests" / "gold") in (readme.parent, *readme.parent.parents), (
            f"{folder}: README.md is missing"
        )
        assert "--update-gold" in readme.read_text(encoding="utf-8")


def test_a_script_may_be_run_when_its_first_line_says_so() -> None:
    for path in [ROOT / ".ci" / "run", *(ROOT / "scripts").glob("*.py")]:
        says_so = path.read_text(encoding="utf-8").startswith("#!/")
        assert os.access(path, os.X_OK) == says_so, path.relative_to(ROOT)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
