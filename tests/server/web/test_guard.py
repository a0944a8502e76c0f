"""The guard: only this machine's own programs, or whoever has the token."""

import asyncio
import socket

import httpx
import pytest
import websockets

from bridge.errors import PortError
from bridge.server.web.serving import WebServer
from tests.server.web.conftest import RunningServer

TOKEN = "a horse"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_a_loopback_name_may_ask(client, server, name):
    answer = client.post("/fake/echo", headers={"host": f"{name}:{server.server.port}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:{}", "127.0.0.1", "localhost.:{}", "127.0.0.1.evil.example:{}", "", "[::2]:{}"],
)
def test_another_name_is_refused_so_that_dns_rebinding_leads_nowhere(client, server, host):
    answer = client.post("/fake/echo", headers={"host": host.format(server.server.port)})
    assert (answer.status_code, answer.json()["kind"]) == (403, "ForeignError")


def test_another_port_is_refused(client):
    assert client.get("/", headers={"host": "localhost:80"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{}", "http://localhost:{}"])
def test_our_own_page_may_ask(client, server, origin):
    headers = {"origin": origin.format(server.server.port)}
    assert client.post("/fake/echo", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1", "http://localhost:1", "file://", ""],
)
@pytest.mark.parametrize("path", ["/fake/echo", "/live/perform?verb=panic"])
def test_a_foreign_page_is_refused(client, server, path, origin):
    before = len(server.stage.performed)
    answer = client.post(path, headers={"origin": origin})
    assert (answer.status_code, len(server.stage.performed)) == (403, before)


def test_two_hosts_or_two_origins_are_refused(server):
    own = f"127.0.0.1:{server.server.port}"
    origins = f"Origin: http://{own}\r\nOrigin: https://evil.example\r\n"
    assert b" 403 " in _raw(server, f"Host: {own}\r\n{origins}")
    assert b" 40" in _raw(server, f"Host: {own}\r\nHost: evil.example\r\n")
    assert b" 40" in _raw(server, "")


def _raw(server, headers):
    with socket.create_connection(("127.0.0.1", server.server.port), 5.0) as wire:
        wire.sendall(f"GET / HTTP/1.1\r\n{headers}\r\n".encode())
        return wire.recv(200).split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("name", "origin"), [("127.0.0.1", "http://evil.example"), ("evil.example", None)]
)
def test_a_foreign_page_gets_no_websocket(server, name, origin):
    port = server.server.port

    async def scene():
        url = f"ws://{name}:{port}/events"
        async with websockets.connect(url, host="127.0.0.1", port=port, origin=origin):
            pass

    with pytest.raises(websockets.InvalidStatus) as refused:
        asyncio.run(scene())
    assert refused.value.response.status_code == 403


@pytest.fixture(scope="module")
def wide_server(toy_models):
    running = RunningServer(toy_models, token=TOKEN)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stranger(wide_server):
    with httpx.Client(base_url=wide_server.url) as client:
        yield client


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_a_server_with_a_token_asks_for_it(stranger, given):
    headers = {} if given is None else {"authorization": given}
    answer = stranger.post("/fake/echo", headers=headers)
    assert (answer.status_code, answer.json()["kind"]) == (401, "TokenError")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_whoever_has_the_token_may_ask_under_any_name(stranger):
    headers = {"authorization": f"Bearer {TOKEN}", "host": "studio.local:5757"}
    assert stranger.post("/fake/echo", headers=headers).status_code == 200


def test_a_foreign_page_is_refused_with_the_token_too(stranger):
    headers = {"authorization": f"Bearer {TOKEN}", "origin": "https://evil.example"}
    assert stranger.post("/fake/echo", headers=headers).status_code == 403


def test_the_panel_can_be_opened_and_nothing_else(stranger):
    opened = [stranger.get(path).status_code for path in ("/", "/openapi.json", "/jobs")]
    assert opened == [200, 401, 401]


def test_a_page_gives_a_websocket_the_token_as_a_protocol(wide_server):
    assert asyncio.run(_protocol(wide_server, "a%20horse")) == "segue"


def test_a_websocket_with_another_token_is_refused(wide_server):
    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(_protocol(wide_server, "wrong"))


async def _protocol(server, token):
    url = server.url.replace("http", "ws") + "events"
    async with websockets.connect(url, subprotocols=["segue", f"segue.token.{token}"]) as wire:
        return wire.subprotocol


def test_the_server_listens_on_loopback_alone(server):
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for address in addresses - {"127.0.0.1", "127.0.1.1", "::1"}:
        with pytest.raises(OSError, match=r"refused|unreachable|No route"):
            socket.create_connection((address, server.server.port), 2.0)


def test_a_taken_port_is_told_with_what_to_do(server):
    other = WebServer(lambda *_: None, port=server.server.port)
    with pytest.raises(PortError, match="choose another with --http-port"):
        asyncio.run(other.open())
