"""Which plugins there are, and where each goes on somebody's machine."""

import pytest

import bridge.files.plugins as plugins_module
from bridge.errors import FileFormatError, NotFoundError, RequestError
from bridge.files.places import data_folder
from bridge.files.plugins import (
    PLUGIN_FILE,
    Machine,
    find_host_folder,
    find_plugins_folder,
    plugin_names,
    read_plugin,
)
from bridge.schema.plugin import HostFolder, InstalledFile, Plugin, System

PLUGINS = find_plugins_folder()
NAMES = plugin_names(PLUGINS)
NO_PLUGIN_FILES = {".md", ".png", ".pyc"}
"""Endings of pages, their pictures and what says where a plugin goes."""


def plugin(*folders):
    return Plugin("daw", "Daw", "Daw 1", ("a.lua",), folders, ())


def on_linux(home, **environ):
    return Machine(System.LINUX, home, environ)


@pytest.mark.parametrize("name", NAMES)
def test_a_plugin_ships_every_file_that_it_names_and_names_every_file_that_it_ships(name):
    shipped = {
        path.relative_to(PLUGINS / name).as_posix()
        for path in (PLUGINS / name).rglob("*")
        if path.is_file() and path.suffix not in NO_PLUGIN_FILES and path.name != "plugin.toml"
        if "source" not in path.parts
    }
    assert shipped == set(read_plugin(PLUGINS, name).files)


@pytest.mark.parametrize("name", NAMES)
def test_a_plugin_has_a_page_with_three_steps(name):
    page = (PLUGINS / name / "README.md").read_text("utf-8")
    assert [f"\n{number}. " in page for number in (1, 2, 3, 4)][:3] == [True] * 3
    assert f"segue plugins install {name}" in page


def test_plugins_are_those_of_the_package_or_else_of_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(plugins_module, "_PACKAGE", tmp_path / "bridge")
    with pytest.raises(NotFoundError, match="reinstall"):
        find_plugins_folder()
    (tmp_path / "plugins").mkdir()
    assert find_plugins_folder() == tmp_path / "plugins"
    (tmp_path / "bridge/_plugins").mkdir(parents=True)
    assert find_plugins_folder() == tmp_path / "bridge/_plugins"


def test_a_folder_without_a_plugin_file_is_no_plugin(tmp_path):
    (tmp_path / "kazoo").mkdir()
    assert plugin_names(tmp_path) == ()


def test_a_name_that_is_nearly_right_is_told():
    with pytest.raises(NotFoundError, match="no plugin abletn; near: ableton"):
        read_plugin(PLUGINS, "abletn")


def write(folder, text):
    (folder / "daw").mkdir()
    (folder / "daw" / PLUGIN_FILE).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("text", ["name = ", 'name = "daw"', "colour = 3", "\x00"])
def test_a_damaged_plugin_file_is_said_with_its_path(tmp_path, text):
    write(tmp_path, text)
    with pytest.raises(FileFormatError, match=r"daw.plugin\.toml"):
        read_plugin(tmp_path, "daw")


def test_a_plugin_is_called_as_its_folder(tmp_path):
    write(
        tmp_path,
        'name = "other"\ntitle = "D"\nhosts = "D 1"\nfiles = ["a"]\nnext_steps = []\n'
        '[[folders]]\nsystem = "linux"\nhost = "~/d"\n',
    )
    with pytest.raises(FileFormatError, match="name must be 'daw'"):
        read_plugin(tmp_path, "daw")


@pytest.mark.parametrize("path", ["../a", "/a", "a/../../b", "C:\\a", "", "c:a"])
def test_no_file_leads_out_of_its_folder(path):
    with pytest.raises(RequestError, match="below its folder"):
        InstalledFile(path, "")
    with pytest.raises(RequestError, match="below its folder"):
        Plugin("daw", "Daw", "Daw 1", (path,), (HostFolder(System.LINUX, "~"),), ())


def test_the_first_place_that_is_there_is_taken(tmp_path):
    (tmp_path / "second").mkdir()
    (tmp_path / "third").mkdir()
    places = [HostFolder(System.LINUX, f"~/{name}", "in") for name in ("first", "second", "third")]
    assert find_host_folder(plugin(*places), on_linux(tmp_path)) == tmp_path / "second/in"


def test_places_of_another_system_do_not_count(tmp_path):
    (tmp_path / "there").mkdir()
    place = HostFolder(System.WINDOWS, "~/there")
    with pytest.raises(NotFoundError, match="nobody knows where Daw keeps its folder on linux"):
        find_host_folder(plugin(place), on_linux(tmp_path))


def test_a_variable_of_the_environment_names_a_place_where_it_is_set(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "usual").mkdir()
    places = plugin(HostFolder(System.LINUX, "${DAW_HOME}"), HostFolder(System.LINUX, "~/usual"))
    machine = on_linux(tmp_path, DAW_HOME=str(tmp_path / "mine"))
    assert find_host_folder(places, machine) == tmp_path / "mine"
    assert find_host_folder(places, on_linux(tmp_path)) == tmp_path / "usual"


def test_of_several_versions_the_newest_is_taken(tmp_path):
    for version in ("7", "8", "10"):
        (tmp_path / f"daw{version}").mkdir()
    place = HostFolder(System.LINUX, "~/daw*", "scripts")
    assert find_host_folder(plugin(place), on_linux(tmp_path)) == tmp_path / "daw10/scripts"


def test_a_host_that_is_not_there_is_said_with_where_it_was_looked_for(tmp_path):
    places = (HostFolder(System.LINUX, "~/a", "scripts"), HostFolder(System.LINUX, "~/b"))
    with pytest.raises(NotFoundError) as told:
        find_host_folder(plugin(*places), on_linux(tmp_path))
    assert "looked for ~/a, ~/b" in str(told.value)
    assert "segue plugins install daw --to FOLDER" in str(told.value)


def test_what_segue_keeps_lies_where_the_environment_says(tmp_path):
    assert data_folder(environ={"SEGUE_HOME": str(tmp_path)}) == tmp_path
    assert data_folder(environ={}).name == "segue"
