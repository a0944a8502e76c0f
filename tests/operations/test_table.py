"""The table knows every operation by its name, and imports no room before it is asked."""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from bridge.errors import NotFoundError
from bridge.operations.models import ListModelsRequest, ModelLine, list_models
from bridge.operations.studio import Studio
from bridge.operations.table import all_operations, find_operation, operation, room_operations


@dataclass(frozen=True)
class ShoutRequest:
    """Ask for a shout."""

    word: str
    """What to shout."""


@operation("music.shout")
def shout(request: ShoutRequest, studio: Studio) -> str:
    """Shout a word.

    As loudly as can be.
    """
    return request.word.upper()


def test_an_operation_is_called_as_its_function_was():
    assert shout(ShoutRequest("go on"), Studio()) == "GO ON"


def test_an_operation_tells_its_name_and_types():
    assert (shout.room, shout.verb, shout.summary) == ("music", "shout", "Shout a word.")
    assert (shout.request_type, shout.noun_type) == (ShoutRequest, str)


@pytest.mark.parametrize("name", ["Music.shout", "music.", "music.shout.loud", "", "music/shout"])
def test_a_name_of_another_form_is_refused(name):
    with pytest.raises(ValueError, match=r"room\.verb"):
        operation(name)


def test_an_operation_without_a_docstring_is_refused():
    with pytest.raises(ValueError, match="needs a docstring"):
        operation("music.mute")(lambda request, studio: None)


def test_the_operations_of_a_room_come_in_the_order_they_are_written():
    names = [found.name for found in room_operations("models")]
    assert names == ["models.list", "models.show", "models.verify", "models.rollback"]


def test_an_operation_is_found_by_its_name():
    found = find_operation("models.list")
    assert (found, found.request_type) == (list_models, ListModelsRequest)
    assert found.noun_type == tuple[ModelLine, ...]


def test_no_two_operations_share_a_name():
    names = [found.name for found in all_operations()]
    assert len(names) == len(set(names))


def test_an_unknown_operation_is_answered_with_those_nearby():
    with pytest.raises(NotFoundError, match=r"no operation models\.lst; near: models\.list"):
        find_operation("models.lst")


def test_an_unknown_room_is_answered_with_those_there_are():
    with pytest.raises(NotFoundError, match="no room opera; there are: music, film, character"):
        room_operations("opera")


@pytest.mark.parametrize("found", all_operations(), ids=lambda found: found.name)
def test_every_operation_says_what_it_takes_and_gives(found):
    assert found.summary.endswith(".")
    assert found.request_type.__doc__
    assert found.noun_type is not None


def test_the_table_is_read_without_numpy():
    code = "import sys; from bridge.operations.table import all_operations as a; a()"
    code += "; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
