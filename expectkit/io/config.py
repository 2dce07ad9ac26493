"""Read ``expectkit.toml`` and the options that override it into one checked `Config`."""

from __future__ import annotations

import dataclasses
import glob
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from expectkit.errors import ConfigError, nearest
from expectkit.io import config_values as kinds
from expectkit.io.config_checks import check_together
from expectkit.io.config_keys import OPTION_OF, ConfigOption, option_named, unknown_key
from expectkit.io.config_place import ARGUMENTS, Where, shown
from expectkit.io.config_tables import MEASURES, TABLES, Config, GoalTable

SCHEMA_VERSION: Final = 1
_TOP: Final = ("schema_version", *TABLES, "goals")


def load_config(path: Path | None, overrides: Mapping[str, object] | None = None) -> Config:
    """Read a config file and let the given options override it.

    Parameters
    ----------
    path : Path or None
        The file; None reads no file.
    overrides : mapping of str to object, optional
        By option name (``cases_per_day``) or path (``traffic.cases_per_day``). A text is read as the command
        line gives it, any other value as TOML gives it; None leaves the file's value. A path given here is
        relative to the working folder, one in the file to the file.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        If the file is missing or no TOML, or a key or value is wrong. The message names file, table and key.
    """
    source = "the command line" if path is None else str(path)
    base_dir = Path() if path is None else path.parent
    return read_config({} if path is None else _read_toml(path), overrides, source=source, base_dir=base_dir)


def read_config(
    tables: Mapping[str, object],
    overrides: Mapping[str, object] | None = None,
    *,
    source: str = "config",
    base_dir: Path = Path(),
) -> Config:
    """Check the tables of a config as TOML gives them, and let the given options override them.

    Parameters
    ----------
    tables : mapping of str to object
        ``{"cases": {"score": "score"}, ...}``.
    overrides : mapping of str to object, optional
        As in `load_config`.
    source : str
        What messages call the tables.
    base_dir : Path
        Folder that the paths of the tables are relative to.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        If a key or value is wrong.
    """
    _check_top(tables, source)
    values = {name: _read_table(tables.get(name, {}), name, source) for name in TABLES}
    _join_paths(values, base_dir)
    for option, value in _given(overrides or {}, in_python=source == ARGUMENTS):
        values[option.table][option.key] = value
    goals = tuple(_read_goals(tables.get("goals", []), source))
    made: dict[str, Any] = {name: cls(**values[name]) for name, cls in TABLES.items()}
    config = Config(**made, goals=goals, base_dir=base_dir, source=source)
    check_together(config)
    return config


def require(config: Config, *paths: str) -> None:
    """Check that every key of `paths` has a value.

    Parameters
    ----------
    config : Config
    *paths : str
        Such as ``"cases.score"``.

    Raises
    ------
    ConfigError
        If any key has no value; the message names all such keys and their options.
    """
    options = [OPTION_OF[path] for path in paths]
    missing = [one for one in options if getattr(getattr(config, one.table), one.key) is None]
    if not missing:
        return
    in_file = "" if config.source in ("the command line", ARGUMENTS) else f"{config.source}: "
    keys = _enumerated([f"[{option.table}] {option.key}" for option in missing])
    is_given, them = (
        ("is needed and not given", "it") if len(missing) == 1 else ("are needed and not given", "them")
    )
    if config.source == ARGUMENTS:
        raise ConfigError(f"{keys} {is_given}. Pass {_enumerated([f'{one.name}=...' for one in missing])}.")
    flags = _enumerated([option.flag for option in missing])
    raise ConfigError(f"{in_file}{keys} {is_given}. Write {them} in the config file or pass {flags}.")


def _enumerated(words: list[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if words[1:] else []), words[-1]])


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        advice = "Write one with: expectkit init SCORES, or correct the path."
        raise ConfigError(f"{path}: there is no such file. {advice}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: byte {error.start + 1} is not UTF-8 text. Save the file as UTF-8."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{path}: cannot be read ({reason}). Give the path of a config file.") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: {_toml_problem(error)}") from None


def _toml_problem(error: Exception) -> str:
    found = re.fullmatch(
        r"(?P<what>.*) \(at (?P<place>line \d+, column \d+|end of document)\)", str(error), re.S
    )
    if found is None:
        return f"is not TOML: {error}. Correct it there."
    place = found["place"].replace("end of document", "its end")
    return f"is not TOML at {place}: {found['what']}. Correct it there."


def _check_top(tables: Mapping[str, object], source: str) -> None:
    if {"terms", "seal"} <= tables.keys():
        raise ConfigError(
            f"{source}: is a promise, not a config. Give the expectkit.toml here, this with --promise."
        )
    for name, value in tables.items():
        if name in _TOP:
            continue
        if isinstance(value, Mapping | list):
            near = nearest(name, _TOP)
            advice = f'Did you mean "{near}"?' if near else "Known: " + ", ".join(_TOP[1:]) + "."
            raise ConfigError(f"{source}: unknown table {shown(name)}. {advice}")
        raise unknown_key(Where(source, "above all tables"), name, ("schema_version",))
    version = tables.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or version != SCHEMA_VERSION:
        where = Where(source, key="schema_version")
        newer = isinstance(version, int) and version > SCHEMA_VERSION
        advice = "Update expectkit to read this file." if newer else "Write schema_version = 1."
        raise ConfigError(f"{where}: schema_version is {version}, but this expectkit reads 1. {advice}")


def _read_table(raw: object, name: str, source: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise Where(source).error(f"{name} must be a table. Write [{name}] and its keys below.")
    known = {field.name: field for field in dataclasses.fields(TABLES[name])}
    values = {}
    for key, value in raw.items():
        where = Where(source, f"[{name}]", key)
        if key not in known:
            raise unknown_key(Where(source, f"[{name}]"), key, known)
        values[key] = known[key].metadata["kind"].read(value, where)
    return values


def _given(overrides: Mapping[str, object], *, in_python: bool) -> Iterator[tuple[ConfigOption, object]]:
    for name, value in overrides.items():
        option = option_named(name)
        if isinstance(value, str):
            yield option, option.parse(value, in_python=in_python)
        elif value is not None:
            yield option, option.kind.read(value, option.where(in_python=in_python))


def _join_paths(values: dict[str, dict[str, Any]], base_dir: Path) -> None:
    if (model := values["model"].get("file")) is not None:
        values["model"]["file"] = str(base_dir / model)
    for table, key in (("cases", "file"), ("checklist", "production_cases")):
        if (files := values[table].get(key)) is not None:
            values[table][key] = tuple(_joined(base_dir, text) for text in files)


def _joined(base_dir: Path, text: str) -> str:
    folder = Path(glob.escape(str(base_dir))) if glob.has_magic(text) else base_dir
    return str(folder / text)


def _read_goals(raw: object, source: str) -> Iterator[GoalTable]:
    entries = (
        raw.items() if isinstance(raw, Mapping) else enumerate(raw, 1) if isinstance(raw, list) else None
    )
    if entries is None:
        raise Where(source).error("goals must be a list of tables. Write [[goals]] and its keys below.")
    for name, entry in entries:
        table = f"[goals.{name}]" if isinstance(raw, Mapping) else f"[[goals]] number {name},"
        if not isinstance(entry, Mapping):
            raise Where(source, table).error("must be a table with words, measure and a limit.")
        yield _read_goal(entry, source, table)


def _read_goal(entry: Mapping[str, object], source: str, table: str) -> GoalTable:
    known = [field.name for field in dataclasses.fields(GoalTable)]
    for key in entry:
        if key not in known:
            raise unknown_key(Where(source, table), key, known)
    for key in ("words", "measure"):
        if key not in entry:
            raise Where(source, table).error(f"{key} is missing. A goal has words, measure and a limit.")
    measure = kinds.choice(MEASURES).read(entry["measure"], Where(source, table, "measure"))
    is_fraction = not measure.endswith("_per_day")
    limits = {
        key: (kinds.read_fraction if is_fraction else kinds.NOT_NEGATIVE.read)(
            entry[key], Where(source, table, key)
        )
        for key in ("at_most", "at_least")
        if key in entry
    }
    _check_limits(limits, Where(source, table))
    return GoalTable(kinds.TEXT.read(entry["words"], Where(source, table, "words")), measure, **limits)


def _check_limits(limits: Mapping[str, float], where: Where) -> None:
    if not limits:
        raise where.error("has no limit. Add at_most or at_least.")
    if len(limits) == 2 and limits["at_least"] > limits["at_most"]:
        raise where.error(
            f"at_least {limits['at_least']:g} is above at_most {limits['at_most']:g}, "
            "so nothing can reach it. Swap or drop one."
        )
