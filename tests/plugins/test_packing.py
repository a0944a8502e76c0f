"""`make plugins` packs what each host installs, and the same files give the same bytes."""

import importlib.util
import zipfile
from pathlib import Path

import pytest

import bridge

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
_SPEC = importlib.util.spec_from_file_location("segue_pack", PLUGINS / "pack.py")
pack = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(pack)
HOSTS = sorted(path.parent for path in PLUGINS.glob("*/plugin.toml"))


def test_the_panel_that_is_installed_is_the_one_that_is_written_here(tmp_path):
    pack.pack_panel(tmp_path / "Segue.ccx")
    fresh = (tmp_path / "Segue.ccx").read_bytes()
    assert fresh == pack.CCX.read_bytes(), "run `make plugins`"


def test_the_panel_has_its_manifest_at_the_top_and_nothing_outside():
    names = zipfile.ZipFile(pack.CCX).namelist()
    assert "manifest.json" in names
    assert [name for name in names if name.startswith("/") or ".." in name] == []


def test_the_extension_of_blender_holds_all_of_its_files_at_the_top(tmp_path):
    path = pack.pack_extension(tmp_path)
    assert path.name == f"segue-{bridge.__version__}.zip"
    there = {one.name for one in pack.EXTENSION.iterdir() if one.is_file()}
    assert set(zipfile.ZipFile(path).namelist()) == there


@pytest.mark.parametrize("plugin", HOSTS, ids=lambda path: path.name)
def test_a_zip_holds_what_the_host_installs_and_how_that_is_done(plugin, tmp_path):
    pack.pack(tmp_path / "a.zip", pack.files_of(plugin), plugin)
    names = zipfile.ZipFile(tmp_path / "a.zip").namelist()
    assert "README.md" in names
    assert len(names) > 1
