"""The doctor's own eyes: what is installed, which models are sound, what plugins came along."""

import pytest

import bridge.files.audio as audio_module
import bridge.operations.doctor as doctor_module
from bridge.errors import NotFoundError
from bridge.operations.doctor import (
    DoctorRequest,
    examine,
    install_size_bytes,
)
from bridge.operations.studio import Studio
from bridge.schema.health import Checkup, Finding, Health
from bridge.schema.plugin import InstalledPlugin, PluginLine, PluginState
from tests.toys import write_toy


def test_what_the_door_saw_is_part_of_the_checkup(tmp_path):
    write_toy(tmp_path)
    seen = Finding("midi", "kazoo", Health.MISSING, "not plugged in", "plug it in")
    assert seen in examine(DoctorRequest((seen,)), Studio(models=tmp_path)).findings


def test_what_is_missing_is_no_illness_but_what_is_broken_is():
    missing = Finding("midi", "kazoo", Health.MISSING, "not plugged in")
    broken = Finding("midi", "kazoo", Health.BROKEN, "in two")
    assert Checkup((missing,)).healthy
    assert not Checkup((missing, broken)).healthy


def test_the_size_of_a_package_counts_what_it_needs():
    alone = install_size_bytes("numpy")
    assert install_size_bytes("onnxruntime") > alone > 1_000_000


def test_a_package_that_is_not_installed_has_no_size():
    assert install_size_bytes("no-such-package-of-ours") is None


def plugin_finding(monkeypatch, *lines):
    monkeypatch.setattr(doctor_module, "list_plugins", lambda request, studio: lines)
    findings = examine(DoctorRequest(), Studio()).findings
    return next(finding for finding in findings if finding.area == "plugins")


@pytest.mark.parametrize(
    ("host_folder", "state", "health", "advice"),
    [
        (None, None, Health.GOOD, ""),
        ("/daw", None, Health.MISSING, "segue plugins install daw"),
        ("/daw", PluginState.CURRENT, Health.GOOD, ""),
        ("/daw", PluginState.OUTDATED, Health.MISSING, "segue plugins install daw --to '/it'"),
        (
            "/daw",
            PluginState.CHANGED,
            Health.MISSING,
            "segue plugins install daw --to '/it' --force",
        ),
    ],
)
def test_a_plugin_that_is_not_current_where_its_host_is_comes_with_advice(
    monkeypatch, host_folder, state, health, advice
):
    installed = () if state is None else (InstalledPlugin("/it", "1.0", state),)
    line = PluginLine("daw", "Daw", "Daw 1", host_folder, installed)
    found = plugin_finding(monkeypatch, line)
    assert (found.name, found.health, found.advice) == ("daw", health, advice)


def sound(monkeypatch, **changes):
    for name, function in changes.items():
        monkeypatch.setattr(audio_module, name, function)
    found = {finding.name: finding for finding in examine(DoctorRequest(), Studio()).findings}
    return found["fluidsynth"]


def nothing_there():
    raise NotFoundError("no harp; string one")


@pytest.mark.parametrize("lacking", ["find_fluidsynth", "find_soundfont"])
def test_what_rendering_lacks_is_said_with_what_to_do(monkeypatch, lacking):
    there = {"find_fluidsynth": lambda: "/bin/fs", "find_soundfont": lambda: "/grand.sf2"}
    found = sound(monkeypatch, **{**there, lacking: nothing_there})
    assert (found.health, found.found, found.advice) == (Health.MISSING, "no harp", "string one")


def test_what_rendering_needs_is_said_with_where_it_is(monkeypatch):
    found = sound(
        monkeypatch, find_fluidsynth=lambda: "/bin/fs", find_soundfont=lambda: "/grand.sf2"
    )
    assert (found.health, found.found) == (Health.GOOD, "/bin/fs with /grand.sf2")
