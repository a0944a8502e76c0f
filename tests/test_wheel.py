"""The wheel carries all it needs: it works in an empty venv, in an empty folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
LARGEST_INSTALL_MB = 395

pytestmark = pytest.mark.wheel


def run(*command, cwd, environ=None):
    """Run a command without anything of this checkout or venv in its environment."""
    environ = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "SEGUE"))
    } | (environ or {})
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, cwd=cwd, env=environ, check=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY)
    try:
        run(*command, cwd=folder)
    except subprocess.CalledProcessError as error:
        if "Could not fetch URL" in error.stdout + error.stderr:
            pytest.skip("needs a package index to build in isolation")
        pytest.fail(error.stdout + error.stderr)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Give the folder of programs of an empty venv into which the wheel was installed."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=venv.parent)
    programs = venv / ("Scripts" if sys.platform == "win32" else "bin")
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=venv.parent)
    return programs


def test_the_wheel_carries_models_plugins_and_types(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    models = {
        f"bridge/_onnx_models/{path.relative_to(REPOSITORY / 'onnx_models').as_posix()}"
        for path in (REPOSITORY / "onnx_models").rglob("*")
        if path.is_file()
    }
    plugins = {
        f"bridge/_plugins/{path.relative_to(REPOSITORY / 'plugins').as_posix()}"
        for path in (REPOSITORY / "plugins").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert names >= models | plugins | {"bridge/py.typed"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_puts_nothing_but_bridge_where_python_imports_from(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert [top for top in tops if not top.endswith(".dist-info")] == ["bridge"]


def test_the_wheel_carries_all_that_segue_train_runs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    programs = {
        f"bridge/_training/{path.relative_to(REPOSITORY).as_posix()}"
        for path in (REPOSITORY / "export").rglob("*.py")
    }
    assert names >= programs


def test_an_installed_segue_without_the_extra_says_how_to_train(installed, tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run(installed / "segue", "train", "melody-agent", "--from-feedback", cwd=tmp_path)
    assert "pip install 'segue[train]'" in failed.value.stderr


def test_an_installed_segue_finds_what_it_trains_with(installed, tmp_path):
    program = (
        "from bridge.cli.train import training_home; print(training_home(find=lambda name: name))"
    )
    found = run(installed / "python", "-c", program, cwd=tmp_path).stdout.strip()
    assert (Path(found) / "export/music/melody_agent/from_feedback.py").is_file()


def test_segue_tells_its_version_from_an_empty_folder(installed, tmp_path):
    assert run(installed / "segue", "--version", cwd=tmp_path).stdout.startswith("segue ")


def test_every_model_is_there_and_sound_from_an_empty_folder(installed, tmp_path):
    listed = run(installed / "segue", "models", "list", cwd=tmp_path).stdout
    wanted = [
        card.parent.relative_to(REPOSITORY / "onnx_models").as_posix()
        for card in REPOSITORY.glob("onnx_models/*/*/card.toml")
    ]
    assert [name for name in wanted if name not in listed] == []
    run(installed / "segue", "models", "verify", cwd=tmp_path)


def test_every_plugin_goes_into_a_folder_and_out_again_from_an_empty_folder(installed, tmp_path):
    home = tmp_path / "home"
    hosts = tmp_path / "hosts"
    environ = {"SEGUE_HOME": str(home)}
    listed = run(installed / "segue", "plugins", "list", "--json", cwd=tmp_path, environ=environ)
    names = [line["name"] for line in json.loads(listed.stdout)]
    assert {"ableton", "ardour", "bitwig", "premiere", "reaper", "resolve"} <= set(names)
    for name in names:
        host = hosts / name
        host.mkdir(parents=True)
        run(
            installed / "segue", "plugins", "install", name, "--to", host, cwd=host, environ=environ
        )
        assert list(host.iterdir()) != []
    for name in names:
        run(installed / "segue", "plugins", "remove", name, cwd=tmp_path, environ=environ)
    assert [path for host in hosts.iterdir() for path in host.iterdir()] == []


def test_importing_bridge_loads_neither_onnxruntime_nor_mido(installed, tmp_path):
    program = "import bridge, sys; print('onnxruntime' in sys.modules, 'mido' in sys.modules)"
    found = run(installed / "python", "-c", program, cwd=tmp_path)
    assert found.stdout == "False False\n"


def test_what_segue_needs_takes_less_room_than_promised(installed, tmp_path):
    program = (
        "from bridge.operations.doctor import install_size_bytes as size; print(size('segue'))"
    )
    size_bytes = int(run(installed / "python", "-c", program, cwd=tmp_path).stdout)
    assert 10 < size_bytes / 1e6 < LARGEST_INSTALL_MB


def test_help_of_an_installed_segue_takes_less_than_three_tenths_of_cpu(installed, tmp_path):
    resource = pytest.importorskip("resource", reason="Windows does not count it")

    def cpu_seconds():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(installed / "segue", "--help", cwd=tmp_path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu_seconds() for _ in range(3)) < 0.3
