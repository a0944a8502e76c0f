"""Plugins are put into a host's folder as a whole, and taken away without a trace."""

import hashlib
import json

import pytest

import bridge.files.installation as installation_module
from bridge.errors import FileFormatError, NotFoundError, OutputExistsError, StorageError
from bridge.files.disk import replacing
from bridge.files.installation import Installer
from bridge.operations.plugins import (
    InstallPluginRequest,
    ListPluginsRequest,
    RemovePluginRequest,
    install_plugin,
    list_plugins,
    remove_plugin,
)
from bridge.operations.studio import Studio
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.plugin import HostFolder, Plugin, PluginState, System

DAW = Plugin(
    "daw",
    "Daw",
    "Daw 1",
    ("Segue/main.py", "Segue/deep/er.py"),
    (HostFolder(System.LINUX, "~"),),
    (),
)
NEXT = Plugin("daw", "Daw", "Daw 1", ("Segue/main.py",), DAW.folders, ())
STUDIO = Studio()


@pytest.fixture
def installer(tmp_path):
    for path in DAW.files:
        file = tmp_path / "plugins/daw" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {path}\n", encoding="utf-8")
    return Installer(tmp_path / "plugins", tmp_path / "home")


@pytest.fixture
def host(tmp_path):
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "theirs.py").write_text("theirs", encoding="utf-8")
    return folder


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_what_is_removed_is_what_was_installed_and_nothing_else(installer, host):
    before = tree(host)
    installation = installer.install(DAW, host)
    assert tree(host)["Segue/deep/er.py"] == "# Segue/deep/er.py\n"
    installer.remove(installation)
    assert tree(host) == before


def test_a_folder_that_somebody_put_a_file_into_stays(installer, host):
    installation = installer.install(DAW, host)
    (host / "Segue/mine.txt").write_text("mine", encoding="utf-8")
    installer.remove(installation)
    assert tree(host) == {"theirs.py": "theirs", "Segue": None, "Segue/mine.txt": "mine"}


def test_a_folder_that_was_there_before_stays_when_it_is_empty(installer, host):
    (host / "Segue").mkdir()
    before = tree(host)
    installer.remove(installer.install(DAW, host))
    assert tree(host) == before


def test_bytecode_that_a_host_made_of_a_plugin_goes_with_it(installer, host):
    before = tree(host)
    installation = installer.install(DAW, host)
    (host / "Segue/__pycache__").mkdir()
    (host / "Segue/__pycache__/main.cpython-37.pyc").write_bytes(b"")
    installer.remove(installation)
    assert tree(host) == before


def test_the_manifest_has_the_checksum_of_every_file(installer, host, tmp_path):
    installer.install(DAW, host)
    plain = json.loads((tmp_path / "home/plugins/daw.json").read_text("utf-8"))
    assert {file["path"]: file["sha256"] for file in plain["installations"][0]["files"]} == {
        path: hashlib.sha256((host / path).read_bytes()).hexdigest() for path in DAW.files
    }


def test_a_file_that_is_not_ours_is_not_overwritten(installer, host):
    (host / "Segue").mkdir()
    (host / "Segue/main.py").write_text("theirs", encoding="utf-8")
    before = tree(host)
    with pytest.raises(OutputExistsError, match=r"main\.py is already there; --force"):
        installer.install(DAW, host)
    assert tree(host) == before
    installer.install(DAW, host, force=True)
    assert tree(host)["Segue/main.py"] == "# Segue/main.py\n"


def test_a_file_of_ours_that_was_changed_is_neither_overwritten_nor_deleted(installer, host):
    installation = installer.install(DAW, host)
    (host / "Segue/main.py").write_text("edited", encoding="utf-8")
    before = tree(host)
    assert installer.state(DAW, installation) is PluginState.CHANGED
    with pytest.raises(OutputExistsError, match="was changed since it was installed"):
        installer.install(DAW, host)
    with pytest.raises(OutputExistsError, match="was changed since it was installed"):
        installer.remove(installation)
    assert tree(host) == before
    installer.remove(installation, force=True)
    assert tree(host) == {"theirs.py": "theirs"}


def test_an_older_plugin_of_ours_is_brought_up_to_date_and_what_it_no_longer_has_goes(
    installer, host, tmp_path
):
    installation = installer.install(DAW, host)
    (tmp_path / "plugins/daw/Segue/main.py").write_text("newer", encoding="utf-8")
    assert installer.state(NEXT, installation) is PluginState.OUTDATED
    newer = installer.install(NEXT, host)
    assert installer.state(NEXT, newer) is PluginState.CURRENT
    assert "Segue/deep/er.py" not in tree(host)
    installer.remove(newer)
    assert tree(host) == {"theirs.py": "theirs"}


def test_a_disk_that_fails_leaves_the_host_as_it_was(installer, host, monkeypatch):
    before = tree(host)

    def fails_at_the_second(path, *, force):
        if path.name == "er.py":
            raise StorageError("no room on the disk")
        return replacing(path, force=force)

    monkeypatch.setattr(installation_module, "replacing", fails_at_the_second)
    with pytest.raises(StorageError):
        installer.install(DAW, host)
    assert tree(host) == before
    assert installer.installations("daw") == ()


def test_a_damaged_manifest_is_said_with_its_path(installer, tmp_path):
    (tmp_path / "home/plugins").mkdir(parents=True)
    (tmp_path / "home/plugins/daw.json").write_text("{", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"daw\.json is damaged"):
        installer.installations("daw")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    return tmp_path


def line_of(name):
    return next(line for line in list_plugins(ListPluginsRequest(), STUDIO) if line.name == name)


def test_a_plugin_is_listed_where_it_was_installed_until_it_is_removed(home):
    folder = home / "Remote Scripts"
    install_plugin(InstallPluginRequest("ableton", str(folder)), STUDIO)
    (there,) = line_of("ableton").installed
    assert (there.folder, there.state) == (str(folder), PluginState.CURRENT)
    (removed,) = remove_plugin(RemovePluginRequest("ableton"), STUDIO)
    assert removed.folder == str(folder)
    assert line_of("ableton").installed == ()
    assert not folder.exists()


def test_a_plugin_goes_from_the_folder_that_is_named_and_stays_in_the_other(home):
    for name in ("one", "two"):
        install_plugin(InstallPluginRequest("ableton", str(home / name)), STUDIO)
    remove_plugin(RemovePluginRequest("ableton", str(home / "one")), STUDIO)
    assert [there.folder for there in line_of("ableton").installed] == [str(home / "two")]


def test_a_folder_that_was_mistyped_is_not_made(home):
    with pytest.raises(NotFoundError, match="check its name"):
        install_plugin(InstallPluginRequest("ableton", str(home / "no/such/folder")), STUDIO)


def test_what_is_not_installed_cannot_be_removed(home):
    with pytest.raises(NotFoundError, match="ableton is not installed; see"):
        remove_plugin(RemovePluginRequest("ableton"), STUDIO)
    with pytest.raises(NotFoundError, match="no plugin kazoo"):
        remove_plugin(RemovePluginRequest("kazoo"), STUDIO)


def test_what_the_room_gives_can_be_said_as_json(home):
    done = install_plugin(InstallPluginRequest("ableton", str(home / "one")), STUDIO)
    assert from_plain(type(done), json.loads(json.dumps(to_plain(done)))) == done
    line = line_of("ableton")
    assert from_plain(type(line), json.loads(json.dumps(to_plain(line)))) == line
