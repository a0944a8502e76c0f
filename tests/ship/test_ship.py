"""A trained network ships whole, or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import ModelError, RequestError
from bridge.runtime.card import read_card
from bridge.runtime.registry import Registry
from tests.toys import TOY_CARD

torch = pytest.importorskip("torch", reason="needs the export extra")

from export.ship.graphs import GraphSource  # noqa: E402
from export.ship.onnx import export_graph, round_weights  # noqa: E402
from export.ship.ship import ship  # noqa: E402

pytestmark = pytest.mark.torch

VOCAB, STEPS, LATENT = 12, 8, 4


class Encoder(torch.nn.Module):
    """Pitches to the mean and log variance of a latent."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(VOCAB, 16)
        layer = torch.nn.TransformerEncoderLayer(16, 2, 64, batch_first=True)
        self.body = torch.nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.head = torch.nn.Linear(16 * STEPS, 2 * LATENT)

    def forward(self, pitch):
        mean, log_variance = self.head(self.body(self.embed(pitch)).flatten(1)).chunk(2, dim=-1)
        return mean, log_variance


class Decoder(torch.nn.Module):
    """A latent to logits of pitches."""

    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(LATENT, 64)
        self.out = torch.nn.Linear(64, STEPS * VOCAB)

    def forward(self, latent):
        return self.out(torch.relu(self.hidden(latent))).view(-1, STEPS, VOCAB)


def card(**changes):
    return replace(TOY_CARD, graphs=(), parity_tolerance=1e-4, **changes)


def sources():
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    return {
        "encoder": GraphSource(
            module=Encoder(),
            inputs={"pitch": rng.integers(0, VOCAB, (3, STEPS))},
            input_axes={"pitch": f"batch step={STEPS}"},
            output_axes={
                "mean": f"batch latent={LATENT}",
                "log_variance": f"batch latent={LATENT}",
            },
            highest={"pitch": VOCAB - 1},
        ),
        "decoder": GraphSource(
            module=Decoder(),
            inputs={"latent": rng.normal(size=(3, LATENT)).astype(np.float32)},
            input_axes={"latent": f"batch latent={LATENT}"},
            output_axes={"logits": f"batch step={STEPS} vocab={VOCAB}"},
        ),
    }


def only_decoder():
    return {"decoder": sources()["decoder"]}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    ship(folder / "music/toy", card(), sources())
    return folder


def test_a_shipped_model_is_sound(models):
    verification = Registry(models).verify("music/toy")
    assert [check.name for check in verification.checks] == [
        "card",
        "encoder.onnx",
        "decoder.onnx",
        "golden encoder",
        "golden decoder",
    ]
    assert verification.passed


def test_a_shipped_model_runs_by_name_at_another_batch_size(models):
    model = Registry(models).model("music/toy")
    mean = model.run("encoder", pitch=np.zeros((7, STEPS), dtype=np.int64))["mean"]
    assert model.run("decoder", latent=mean)["logits"].shape == (7, STEPS, VOCAB)


def test_the_card_that_is_written_is_the_card_that_is_returned(tmp_path):
    written = ship(tmp_path / "music/toy", card(), only_decoder())
    assert read_card(tmp_path / "music/toy/card.toml") == written


def test_a_folder_holds_the_card_graphs_golden_answers_and_a_page(models):
    found = sorted(path.name for path in (models / "music/toy").iterdir())
    assert found == ["README.md", "card.toml", "decoder.onnx", "encoder.onnx", "golden.npz"]
    assert sorted(path.name for path in models.iterdir()) == ["README.md", "music"]


def test_shipping_twice_gives_the_same_bytes(models, tmp_path):
    ship(tmp_path / "music/toy", card(), sources())
    for path in (models / "music/toy").iterdir():
        assert (tmp_path / "music/toy" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_graph_says_nothing_of_the_machine_it_was_made_on(models):
    for path in models.rglob("*.onnx"):
        graph_file = path.read_bytes()
        assert not [word for word in (b".py", b"/tmp", b"/root", b"/home") if word in graph_file]


def test_halved_weights_take_half_the_room_and_give_the_same_answers(tmp_path):
    whole, halved = only_decoder(), only_decoder()
    round_weights(whole["decoder"].module)
    ship(tmp_path / "whole/music/toy", card(), whole, halve_weights=False)
    ship(tmp_path / "halved/music/toy", card(), halved)
    files = [tmp_path / kind / "music/toy/decoder.onnx" for kind in ("whole", "halved")]
    assert files[1].stat().st_size < 0.6 * files[0].stat().st_size
    latent = np.linspace(-2, 2, 2 * LATENT, dtype=np.float32).reshape(2, LATENT)
    answers = [
        Registry(file.parents[2]).model("music/toy").run("decoder", latent=latent)["logits"]
        for file in files
    ]
    np.testing.assert_array_equal(*answers)


def test_weights_beyond_half_precision_are_refused():
    module = Decoder()
    with torch.no_grad():
        module.out.weight[0, 0] = 1e6
    with pytest.raises(RequestError, match=r"out\.weight has weights beyond half precision"):
        round_weights(module)


def disagreeing():
    """Answer otherwise each time: torch and ONNX cannot agree."""

    class Counter(Decoder):
        calls = 0

        def forward(self, latent):
            Counter.calls += 1
            return super().forward(latent) + Counter.calls

    return {"decoder": replace(sources()["decoder"], module=Counter())}


def test_a_model_that_torch_and_onnx_disagree_on_does_not_ship(tmp_path):
    with pytest.raises(ModelError, match="torch and ONNX differ by"):
        ship(tmp_path / "music/toy", card(), disagreeing())
    assert not (tmp_path / "music/toy").exists()


def test_a_failed_shipment_leaves_the_old_model_as_it_was(models):
    before = {path: path.read_bytes() for path in models.rglob("*") if path.is_file()}
    with pytest.raises(ModelError):
        ship(models / "music/toy", card(), disagreeing())
    assert {path: path.read_bytes() for path in models.rglob("*") if path.is_file()} == before


def test_a_graph_that_is_no_longer_made_goes_away(tmp_path):
    (tmp_path / "music/toy").mkdir(parents=True)
    (tmp_path / "music/toy/encoder.onnx").write_bytes(b"old")
    ship(tmp_path / "music/toy", card(), only_decoder())
    assert not (tmp_path / "music/toy/encoder.onnx").exists()


def test_a_model_ships_only_into_the_folder_of_its_name(tmp_path):
    with pytest.raises(RequestError, match=r"music/toy ships into \.\.\./music/toy"):
        ship(tmp_path / "music/other", card(), sources())


def test_outputs_must_be_those_that_were_named():
    source = replace(sources()["encoder"], output_axes={"mean": f"batch latent={LATENT}"})
    with pytest.raises(RequestError, match="output_axes"):
        export_graph(source)


def test_inputs_must_have_the_axes_they_are_said_to_have():
    with pytest.raises(RequestError, match=r"latent should be \[batch latent=5\], but is \[3, 4\]"):
        replace(sources()["decoder"], input_axes={"latent": "batch latent=5"})
