"""What Segue keeps lies where the system wants it, or where a person says."""

from pathlib import Path

import platformdirs
import pytest

from bridge.files.places import config_folder, data_folder, own_models_folder, state_folder


@pytest.mark.parametrize(
    ("place", "environ", "folder"),
    [
        (config_folder, {"SEGUE_CONFIG": "/a", "SEGUE_HOME": "/b"}, "/a"),
        (config_folder, {"SEGUE_HOME": "/b"}, "/b/config"),
        (state_folder, {"SEGUE_STATE": "/a", "SEGUE_HOME": "/b"}, "/a"),
        (state_folder, {"SEGUE_HOME": "/b"}, "/b/state"),
        (data_folder, {"SEGUE_HOME": "/b"}, "/b"),
        (own_models_folder, {"SEGUE_OWN_MODELS": "/a", "SEGUE_HOME": "/b"}, "/a"),
        (own_models_folder, {"SEGUE_HOME": "/b"}, "/b/models"),
    ],
)
def test_a_variable_names_a_folder(place, environ, folder):
    assert place(environ=environ) == Path(folder)


def test_what_nobody_named_lies_where_the_system_wants_it():
    found = [place(environ={}) for place in (config_folder, state_folder, data_folder)]
    assert found == [
        platformdirs.user_config_path("segue", appauthor=False),
        platformdirs.user_state_path("segue", appauthor=False),
        platformdirs.user_data_path("segue", appauthor=False),
    ]
