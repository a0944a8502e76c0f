"""A card says what a model is; a card that does not is refused by name."""

from dataclasses import replace

import pytest

from bridge.errors import CardError, NotFoundError
from bridge.runtime.card import Axis, Tensor, read_card
from export.ship.card import card_toml, write_card
from tests.toys import TOY_CARD

TOML = card_toml(TOY_CARD)


def test_a_card_survives_a_trip_through_its_file(tmp_path):
    assert read_card(write_card(tmp_path, TOY_CARD)) == TOY_CARD


def test_the_same_card_gives_the_same_bytes():
    assert card_toml(replace(TOY_CARD)) == TOML


def test_texts_with_quotes_newlines_and_accents_survive(tmp_path):
    odd = replace(TOY_CARD, title='Fugue "für" \\ C#\nII\t\x7f\x01')
    assert read_card(write_card(tmp_path, odd)).title == odd.title


def test_a_row_of_many_numbers_survives(tmp_path):
    row = tuple(number / 7 for number in range(-64, 64))
    odd = replace(TOY_CARD, settings={"brighter": row})
    assert read_card(write_card(tmp_path, odd)).numbers("brighter") == row


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ('name = "music/toy"', 'name = "Music"', "name must be ROOM/MODEL"),
        ('name = "music/toy"', 'name = "../../etc"', "name must be ROOM/MODEL"),
        ('name = "music/toy"', "", "name must be ROOM/MODEL in small letters, and is missing"),
        ('title = "Toy"', "title = 3", "title must be a text, not 3"),
        ('title = "Toy"', 'title = " "', "title must be a text, not ' '"),
        ("seed = 7", "seed = -1", "training.seed must be a whole number >= 0, not -1"),
        ("seed = 7", "seed = true", "training.seed must be a whole number >= 0, not True"),
        ("[training]", "[trainings]", "training must be a table, and is missing"),
        ("tolerance = 1e-06", "tolerance = nan", "parity.tolerance must be a finite number"),
        ("tolerance = 1e-06", "tolerance = -1", "parity.tolerance must be a number >= 0"),
        ("[graphs.double]", "[graphs.Double]", "graphs.Double must be named in small letters"),
        ("[graphs.double]", "[graph.double]", "graphs must be a table, and is missing"),
        ('"double.onnx"', '"../double.onnx"', "graphs.double.file must be a bare file name"),
        ('"double.onnx"', '"/etc/passwd"', "graphs.double.file must be a bare file name"),
        ("0" * 64, "0" * 63, "graphs.double.sha256 must be 64 hexadecimal digits"),
        ('"float32"', '"float8"', "graphs.double.inputs[0].dtype must be one of float32"),
        ('"latent=4"', '"latent=0"', "graphs.double.inputs[0].axes must be names such as"),
        ('"latent=4"', "4", "graphs.double.inputs[0].axes must be a list of texts"),
        ("[[data]]", "[[other]]", "data must be a list of at least 1, and is missing"),
        ("value = 2.0", 'value = "2"', "metrics[0].value must be a finite number, not '2'"),
        ("drums = false", "drums = {}", "settings.drums must be a text, a number or a row"),
        ("limits = [", "limit = [", "limits must be a list of texts, and is missing"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected(tmp_path, right, wrong, field):
    assert right in TOML
    path = tmp_path / "card.toml"
    path.write_text(TOML.replace(right, wrong), encoding="utf-8")
    with pytest.raises(CardError) as caught:
        read_card(path)
    assert str(caught.value).startswith(f"{path}: {field}")


@pytest.mark.parametrize("damage", [b"name = ", b"\xff\xfe", b"[graphs", b'name = "a"\nname = "b"'])
def test_what_is_no_toml_is_refused(tmp_path, damage):
    path = tmp_path / "card.toml"
    path.write_bytes(damage)
    with pytest.raises(CardError, match="not TOML"):
        read_card(path)


def test_a_card_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFoundError, match="no card at"):
        read_card(tmp_path / "card.toml")


def test_a_tensor_reads_as_its_dtype_and_named_axes():
    tensor = Tensor("latent", "float32", (Axis("batch"), Axis("latent", 128)))
    assert str(tensor) == "float32 [batch, latent=128]"


def test_settings_are_given_in_the_type_that_was_asked_for():
    assert TOY_CARD.number("temperature") == 0.5
    assert TOY_CARD.text("scale") == "major"
    assert TOY_CARD.numbers("brighter") == (0.1, -0.25, 0.0, 1e-05)


@pytest.mark.parametrize("setting", ["scale", "drums", "brighter", "tempo"])
def test_a_setting_that_is_no_number_is_refused_by_name(setting):
    with pytest.raises(CardError, match=f"settings.{setting} must be a number"):
        TOY_CARD.number(setting)


def test_a_graph_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(NotFoundError, match="music/toy has no graph decoder; it has: double"):
        TOY_CARD.graph("decoder")
