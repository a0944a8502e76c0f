"""What people read of a model comes from its card, and is as fresh as it."""

from pathlib import Path

import pytest

from bridge.runtime.registry import Registry
from export.ship.readme import index_readme, model_readme, readmes, write_readmes
from tests.toys import TOY_CARD, write_toy

MODELS = Path(__file__).resolve().parents[2] / "onnx_models"
PAGES = readmes(MODELS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(MODELS).as_posix())
def test_the_pages_of_the_models_are_fresh(path):
    assert path.read_text(encoding="utf-8") == PAGES[path], "run `make docs`"


@pytest.mark.parametrize("name", Registry(MODELS).names())
def test_every_model_in_the_repository_is_sound(name):
    failed = [check for check in Registry(MODELS).verify(name).checks if not check.passed]
    assert failed == []


def test_a_page_has_a_row_for_each_source_of_data_and_keeps_it_in_its_cell():
    assert "| nothing | CC0-1.0 | none \\| of it |" in model_readme(TOY_CARD)


def test_a_page_says_what_each_graph_takes_and_gives():
    page = model_readme(TOY_CARD)
    assert "takes `latent`: float32 [batch, latent=4]" in page
    assert "gives `logits`: float32 [batch, latent=4]" in page


def test_a_page_says_what_the_model_is_not_good_at():
    assert "- It cannot halve." in model_readme(TOY_CARD)


def test_the_index_has_a_row_for_each_model():
    row = '| [music/toy](music/toy/README.md) | It doubles what it is given, "exactly". | 1.0.0 '
    assert row in index_readme((TOY_CARD,))


def test_pages_are_written_beside_their_cards(tmp_path):
    write_toy(tmp_path)
    written = write_readmes(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        "README.md",
        "music/toy/README.md",
    }
