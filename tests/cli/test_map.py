"""`segue map` shows and changes what controls do, whether a server runs or not."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bridge.cli import map as room
from bridge.cli import map_options
from bridge.cli.main import main
from bridge.errors import SegueError
from bridge.operations.mapping import LearnRequest
from bridge.operations.studio import Studio
from bridge.operations.table import find_operation
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.live import LiveSettings
from bridge.schema.mapping import ControlForm, Curve, Reading, Takeover
from bridge.server.controls import Controls


@pytest.fixture(autouse=True)
def nobody_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_CONFIG", str(tmp_path))
    monkeypatch.setenv("SEGUE_HTTP_PORT", "1")
    monkeypatch.setattr(room, "_LOOK_SECONDS", 0.0)


def segue_map(capsys, *words):
    """Run the command here; give its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as left:
        main(["map", *words])
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


def rows(out):
    """Give the cells of a table, without its heading."""
    return [line.split() for line in out.splitlines()[2:]]


class Server:
    """Answers operations as `segue serve` does, with the real controls."""

    def __init__(self):
        self.controls = Controls()
        self.moves = []
        """Messages that a hand sends, one before each look."""
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, plain = server.answer(self.path, json.loads(body))
                content = json.dumps(plain).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def answer(self, path, plain):
        operation = find_operation(path.strip("/").replace("/", "."))
        self.asked.append(operation.name)
        try:
            request = from_plain(operation.request_type, plain)
            if request == LearnRequest() and self.moves:
                self.controls.hear(self.moves.pop(0), LiveSettings())
            return 200, to_plain(operation(request, Studio(controls=self.controls)))
        except SegueError as error:
            return error.http_status, {"kind": type(error).__name__, "message": str(error)}


@pytest.fixture
def server(monkeypatch):
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("SEGUE_HTTP_PORT", str(server.http.server_address[1]))
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def test_the_names_in_the_help_are_those_of_the_nouns():
    assert tuple(ControlForm) == map_options.FORM_NAMES
    assert tuple(Reading) == map_options.READING_NAMES
    assert tuple(Curve) == map_options.CURVE_NAMES
    assert tuple(Takeover) == map_options.TAKEOVER_NAMES


def test_nothing_bound_says_how_to_begin(capsys):
    said = "No control is bound yet; try `segue map learn knobs.temperature`.\n"
    assert segue_map(capsys) == (0, "", said)


def test_what_is_bound_is_shown(capsys):
    words = ("knobs.temperature", "--cc", "21", "--channel", "1", "--device", "nano")
    code, out, _ = segue_map(capsys, "bind", *words)
    row = ["nano", "cc", "21,", "channel", "1", "knobs.temperature", "0.1", "2"]
    assert (code, rows(out)) == (0, [row])
    assert rows(segue_map(capsys)[1]) == [row]


def test_channels_count_from_1_for_a_musician_and_from_0_on_the_wire(capsys):
    _, out, _ = segue_map(capsys, "bind", "do.panic", "--note", "36", "--channel", "10", "--json")
    assert json.loads(out)["bindings"][0]["channel"] == 9


def test_how_a_control_does_what_it_does_is_shown(capsys):
    words = [
        "tempo_bpm",
        "--pitch-bend",
        "--low",
        "180",
        "--high",
        "60",
        "--curve",
        "log",
        "--takeover",
        "pickup",
    ]
    assert rows(segue_map(capsys, "bind", *words)[1]) == [
        ["controller", "pitch-bend", "tempo_bpm", "180", "60", "log,", "pickup"]
    ]


def test_a_choice_is_shown(capsys):
    out = segue_map(capsys, "bind", "mode", "--note", "36", "--choice", "duet")[1]
    assert rows(out) == [["controller", "note", "36", "mode", "=", "duet", "press"]]


def test_a_control_is_unbound(capsys):
    segue_map(capsys, "bind", "panic", "--note", "36")
    code, out, err = segue_map(capsys, "unbind", "--note", "36")
    assert (code, rows(out)) == (0, [["controller", "note", "36", "do.panic", "press"]])
    assert err == "These do nothing any more.\n"
    assert segue_map(capsys)[1] == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bind", "amount"], "name the control: --cc, --cc14, --note, --program or --pitch-bend"),
        (["bind", "amount", "--cc", "1", "--note", "2"], "name one control, not cc and note"),
        (["bind", "amonut", "--cc", "1"], "nothing called 'amonut'"),
        (["bind", "amount", "--cc", "1", "--low", "3"], "low must be 0.0..1.0, not 3.0"),
        (["bind", "amount", "--cc", "1", "--device", "a/b"], "cannot be the name of a device"),
        (["bind", "amount", "--cc", "120"], "not in the range 0<=x<=119"),
        (["unbind"], "say which: a target, a control, or a device"),
        (["unbind", "amount"], "no control is bound like that"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_2(capsys, words, said):
    code, out, err = segue_map(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_file_that_is_wrong_is_told_and_the_others_are_shown(capsys, tmp_path):
    segue_map(capsys, "bind", "amount", "--cc", "21")
    (tmp_path / "devices" / "broken.toml").write_text("prot = 1\n")
    code, out, err = segue_map(capsys)
    assert (code, len(rows(out))) == (0, 1)
    assert "segue: left out: " in err
    assert "broken.toml:1: no key 'prot'; near: port" in err


def test_everything_that_can_be_bound_is_named(capsys):
    code, out, _ = segue_map(capsys, "targets")
    assert code == 0
    assert ["knobs.swing", "0", "..", "1"] in [row[:4] for row in rows(out)]
    assert len(json.loads(segue_map(capsys, "targets", "--json")[1])) == len(rows(out))


def test_a_server_that_runs_takes_a_change_at_once(capsys, server):
    segue_map(capsys, "bind", "amount", "--cc", "21")
    assert server.asked == ["map.bind"]
    assert server.controls.devices[0].bindings[0].target == "amount"


def test_what_a_server_refuses_is_told_as_if_it_were_here(capsys, server):
    code, out, err = segue_map(capsys, "unbind", "amount")
    assert (code, out) == (2, "")
    assert err == "segue: no control is bound like that; `segue map` shows them all\n"


def test_a_control_is_learned_by_moving_it(capsys, server):
    server.moves = [b"", b"\x99\x24\x40"]
    code, out, err = segue_map(capsys, "learn", "panic", "--device", "pads")
    assert code == 0
    assert rows(out) == [["pads", "note", "36,", "channel", "10", "do.panic", "press"]]
    assert err == "Turn a knob to the right, or press a pad or pedal; Ctrl-C gives up.\n"


def test_what_was_learned_is_shown_as_json(capsys, server):
    server.moves = [b"\x99\x24\x40"]
    _, out, _ = segue_map(capsys, "learn", "mode", "--choice", "duet", "--json")
    assert json.loads(out)["binding"]["choice"] == "duet"


def test_learning_ends_when_nothing_is_moved(capsys, server):
    code, out, err = segue_map(capsys, "learn", "amount", "--seconds", "0")
    assert (code, out) == (1, "")
    assert err.endswith("segue: no control was moved within 0 seconds\n")
    assert server.controls.learning is None


def test_ctrl_c_ends_learning(capsys, server, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(room.time, "sleep", interrupt)
    assert segue_map(capsys, "learn", "amount")[0] == 130
    assert server.controls.learning is None


def test_without_a_server_nothing_can_be_learned(capsys):
    code, out, err = segue_map(capsys, "learn", "amount")
    assert (code, out) == (1, "")
    assert "start one with `segue serve`" in err


def test_a_file_that_is_ready_is_used(capsys, server):
    assert ["nanoKONTROL2", "34", "nanoKONTROL2"] in rows(segue_map(capsys, "ready")[1])
    assert len(rows(segue_map(capsys, "add", "nanoKONTROL2")[1])) == 34
    assert server.controls.devices[0].device == "nanoKONTROL2"
    code, _, err = segue_map(capsys, "add", "nanoKONTROL2")
    assert (code, "--force replaces it" in err) == (2, True)
