#!/usr/bin/env python3
"""Set up what a make target needs: a virtual environment, its packages and the system packages.

Run as ``python3 scripts/setup.py demo|dev|tensorflow|lowest``. It uses the standard library only and may run again
at any time. System packages are installed with apt where that is allowed; otherwise the one line to run is
printed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)

# Debian package -> what shows that it is there: a shared library (".so") or one of several programs
PDF_PACKAGES: dict[str, tuple[str, ...]] = {
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0",),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0",),
}
TEST_PACKAGES: dict[str, tuple[str, ...]] = {
    **PDF_PACKAGES,
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "poppler-utils": ("pdftotext",),
    "libatomic1": ("libatomic.so.1",),  # for Playwright, which drives Chromium
    "npm": ("npm",),  # brings axe-core, which checks the review page
}


@dataclass(frozen=True)
class Profile:
    """What one kind of use needs."""

    folder: str
    extras: str
    with_dev_tools: bool
    system_packages: dict[str, tuple[str, ...]]
    also_satisfies: tuple[str, ...] = ()
    versions: str = "constraints.txt"


PROFILES = {
    "demo": Profile(".venv", "pdf", False, PDF_PACKAGES),
    "dev": Profile(".venv", "pdf", True, TEST_PACKAGES, also_satisfies=("demo",)),
    "tensorflow": Profile(".venv-tf", "pdf,tensorflow", True, TEST_PACKAGES),
    "lowest": Profile(".venv-lowest", "pdf", True, TEST_PACKAGES, versions="constraints-lowest.txt"),
}


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Set up one profile and return the exit code: 0 done, 2 could not."""
    if len(arguments) != 1 or arguments[0] not in PROFILES:
        say("usage: python3 scripts/setup.py " + "|".join(PROFILES))
        return 2
    profile = PROFILES[arguments[0]]
    folder = ROOT / profile.folder
    try:
        continue_with_a_new_enough_python(arguments)
        install_system_packages(profile)
        python = make_environment(folder)
        install_python_packages(python, profile)
    except SetupError as error:
        say(str(error))
        return 2
    for name in (arguments[0], *profile.also_satisfies):
        (folder / (".ready-" + name)).touch()
    return 0


def say(line: str) -> None:
    """Print one line of progress or trouble to stderr."""
    print("setup: " + line, file=sys.stderr, flush=True)


def continue_with_a_new_enough_python(arguments: list[str]) -> None:
    """Restart under a newer Python on the PATH when this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        if shutil.which(name) and succeeds([name, "-c", "import sys"]):
            os.execvp(name, [name, __file__, *arguments])
    found = "{}.{}".format(*sys.version_info[:2])
    raise SetupError(
        f"expectkit needs Python 3.11, 3.12 or 3.13, and python3 here is {found}. "
        "Install one of them, or name it: make PYTHON=/path/to/python3.12"
    )


# ---- system packages -----------------------------------------------------------------------------


def install_system_packages(profile: Profile) -> None:
    """Install missing system packages, or say what to run; only in CI is a missing one the end."""
    missing = missing_packages(profile.system_packages)
    if missing and apt_install(missing):
        missing = missing_packages(profile.system_packages)
    if not missing:
        return
    line = f"{listed(missing)} missing and could not be installed from here. {how_to_install(missing)}"
    if os.environ.get("CI"):
        raise SetupError(line)
    say(line + " Going on without; what needs it says so.")


def missing_packages(packages: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the packages of which nothing is found on this machine."""
    return [package for package, signs in packages.items() if not any(is_present(sign) for sign in signs)]


def is_present(sign: str) -> bool:
    """Return whether a shared library can be loaded, or a program is on the PATH."""
    if ".so" not in sign:
        return shutil.which(sign) is not None
    try:
        ctypes.CDLL(sign)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages without asking; return whether it worked."""
    prefix = apt_prefix()
    if prefix is None:
        return False
    say("installing system packages: " + " ".join(packages))
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    succeeds([*apt_get, "update"])  # a stale list may still do
    return succeeds([*apt_get, "install", "--yes", "--no-install-recommends", *packages], shows_failure=True)


def apt_prefix() -> list[str] | None:
    """Return what to put before apt-get to be allowed to install, or None when nothing helps."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]) else None


def how_to_install(packages: list[str]) -> str:
    """Return the sentence that tells a person how to install packages by hand."""
    if shutil.which("apt-get"):
        return "Run: sudo apt-get install " + " ".join(packages)
    return "Install what your system calls " + listed(packages) + "."


def listed(packages: list[str]) -> str:
    """Return package names as running text."""
    return packages[0] if len(packages) == 1 else ", ".join(packages[:-1]) + " and " + packages[-1]


# ---- the virtual environment ---------------------------------------------------------------------


def make_environment(folder: Path) -> Path:
    """Create the virtual environment unless it is there and works; return its Python."""
    python = folder / "bin" / "python"
    if succeeds([str(python), "-m", "pip", "--version"]):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    say("creating {} with Python {}.{}".format(folder.name, *sys.version_info[:2]))
    if has_module("ensurepip") or apt_install([venv_package()]):
        run([sys.executable, "-m", "venv", str(folder)], "could not create " + folder.name)
    elif has_module("venv") and succeeds([sys.executable, "-m", "pip", "--version"]):
        # Debian without python3-venv but with python3-pip: pip can fill an empty environment
        run([sys.executable, "-m", "venv", "--without-pip", str(folder)], "could not create " + folder.name)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "pip"]
        run(pip, "could not install pip into " + folder.name)
    else:
        package = venv_package()
        raise SetupError(
            f"{package} is missing and could not be installed from here. {how_to_install([package])}"
        )
    return python


def venv_package() -> str:
    """Return the Debian package that holds ensurepip for the Python in use."""
    is_the_systems_own = Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve()
    return "python3-venv" if is_the_systems_own else "python{}.{}-venv".format(*sys.version_info[:2])


def has_module(name: str) -> bool:
    """Return whether this Python can import a standard module that Debian ships apart."""
    return succeeds([sys.executable, "-c", "import " + name])


def install_python_packages(python: Path, profile: Profile) -> None:
    """Install expectkit from this folder, editable, with its extras, in the versions of the profile."""
    say(f"installing Python packages into {profile.folder} (a few minutes the first time)")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    run([*pip, "--upgrade", "pip"], "pip could not be upgraded")
    tools = dev_tools() if profile.with_dev_tools else []
    constraints = ["--constraint", str(ROOT / profile.versions)]
    project = ["--editable", f"{ROOT}[{profile.extras}]"]
    run([*pip, *constraints, *project, *tools], "pip could not install the packages, see above")


def dev_tools() -> list[str]:
    """Return the requirements of the dev group of pyproject.toml."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["dependency-groups"]["dev"])


# ---- running programs ----------------------------------------------------------------------------


def run(command: list[str], trouble: str) -> None:
    """Run a command with its output shown; raise SetupError with `trouble` when it fails."""
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise SetupError(trouble + ". The command was: " + " ".join(command))


def succeeds(command: list[str], *, shows_failure: bool = False) -> bool:
    """Run a command silently and return whether it ended well."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError:
        return False
    if done.returncode != 0 and shows_failure:
        sys.stderr.write(done.stdout.decode("utf-8", "replace")[-2000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
