"""The doctor looks at everything and says what to do about what is missing."""

import json

import pytest

from bridge.cli.main import main
from tests.toys import toy_graph, write_toy


def doctor(capsys, models, *words):
    with pytest.raises(SystemExit) as left:
        main(["--models", str(models), "doctor", *words])
    return left.value.code, capsys.readouterr().out


def test_the_doctor_looks_at_every_area(capsys, tmp_path):
    write_toy(tmp_path)
    code, out = doctor(capsys, tmp_path, "--json")
    areas = [finding["area"] for finding in json.loads(out)["findings"]]
    wanted = ["segue", "models", "plugins", "sound", "film", "midi", "network", "terminal"]
    assert (code, list(dict.fromkeys(areas))) == (0, wanted)


def test_the_doctor_tells_a_person_the_same(capsys, tmp_path):
    write_toy(tmp_path)
    code, out = doctor(capsys, tmp_path)
    assert code == 0
    assert "music/toy" in out
    assert "UDP port 5758" in out


def test_a_broken_model_is_broken_and_exits_1(capsys, tmp_path):
    folder = write_toy(tmp_path)
    (folder / "double.onnx").write_bytes(toy_graph(factor=3.0).SerializeToString())
    code, out = doctor(capsys, tmp_path, "--json")
    broken = [finding for finding in json.loads(out)["findings"] if finding["health"] == "broken"]
    assert (code, [finding["name"] for finding in broken]) == (1, ["music/toy"])
    assert "sha256" in broken[0]["found"]


def test_no_models_at_all_is_broken(capsys, tmp_path):
    code, out = doctor(capsys, tmp_path)
    assert code == 1
    assert "reinstall Segue" in out
