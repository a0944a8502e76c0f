"""How `segue serve` is set up: flags win over the environment, that over `segue.toml`.

Each setting has one name everywhere: `--http-port`, `SEGUE_HTTP_PORT`, and in the file `http_port`.
"""

from __future__ import annotations

import ipaddress
import os
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

from bridge.errors import FileFormatError, NotFoundError, RequestError, check_range
from bridge.files.places import config_folder, state_folder
from bridge.files.toml import line_of_key, parse_toml, read_text, unknown_key
from bridge.schema.field_lines import field_lines
from bridge.schema.live import SyncSource
from bridge.schema.rating import DEFAULT_PERSON, DEFAULT_PROJECT, FeedbackPlace, Who, check_name
from bridge.transports.base import APIS, PORT_NAME
from bridge.transports.sync.base import LARGEST_OFFSET_MS

SETTINGS_FILE: Final = "segue.toml"
"""What the file is called, in the folder of what a person sets."""
AUTO: Final = "auto"
"""The word for a sync source that is found by itself."""

_SHORTEST_TOKEN: Final = 8
_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How `segue serve` is set up."""

    http_port: int = 5757
    """Port of HTTP and WebSocket, 0..65535; 0 takes any that is free."""
    osc_port: int = 5758
    """UDP port of OSC, 0..65535; 0 takes any that is free."""
    listen: str = "127.0.0.1"
    """Address to listen at: 127.0.0.1 for this machine only, 0.0.0.0 for all."""
    token: str | None = None
    """What who asks by HTTP must know; needed where other machines can ask."""
    folder: Path | None = None
    """Folder in which programs may leave what they ask; none: they talk to us."""
    sync: SyncSource | None = None
    """Who leads: internal, midi-clock, link or jack; auto: whoever rolls."""
    offset_ms: float = 0.0
    """Shifts what is played against the song, -1000..1000 ms; above 0 is later."""
    is_master: bool = False
    """Whether MIDI clock is sent, for others to follow."""
    port_name: str = PORT_NAME
    """What the MIDI ports are called."""
    api: str | None = None
    """MIDI system: jack, alsa, coremidi, winmm or rtmidi-jack; none: the best that works here."""
    connect: str | None = None
    """Part of the name of a MIDI input to play to."""
    listen_to: tuple[str, ...] = ()
    """Parts of the names of MIDI outputs to hear: keyboards, controllers."""
    part_ports: bool = False
    """Whether each part gets a MIDI port of its own beside the main one."""
    state: Path | None = None
    """Folder of what is remembered from one start to the next."""
    person: str = DEFAULT_PERSON
    """Who rates, where nobody says; each person has a taste of their own."""
    project: str = DEFAULT_PROJECT
    """What is worked on, where nobody says; a person may have another taste in each."""
    models: Path | None = None
    """Folder of models; none: those that came with Segue."""
    midi: bool = True
    """Whether MIDI ports are opened."""
    osc: bool = True
    """Whether OSC is served."""
    zeroconf: bool = True
    """Whether other programs of the network can find the OSC door by its name."""

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            check(name, getattr(self, name))
        if self.is_open and self.token is None:
            raise RequestError(
                f"listen is {self.listen}, which lets other machines in; give a token too"
                " (--token or SEGUE_TOKEN)"
            )

    @property
    def is_open(self) -> bool:
        """Whether other machines can ask."""
        return not _address(self.listen).is_loopback

    @property
    def state_folder(self) -> Path:
        """Where what is remembered lies."""
        return self.state or state_folder()

    @property
    def feedback_place(self) -> FeedbackPlace:
        """Where feedback is kept, and whose it is."""
        return FeedbackPlace(self.state_folder, Who(self.person, self.project))


@dataclass(frozen=True, slots=True)
class Option:
    """One setting, as each place calls it."""

    name: str
    """Of the field of `ServeSettings`."""
    key: str
    """In `segue.toml`."""
    default: str
    """What holds where nobody says."""
    summary: str
    """What it is, in one line."""

    @property
    def flag(self) -> str:
        """On the command line."""
        return f"--{self.key.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """In the environment."""
        return f"SEGUE_{self.key.upper()}"


def all_options() -> tuple[Option, ...]:
    """Give every setting, in the order of `ServeSettings`."""
    lines = field_lines(ServeSettings)
    return tuple(
        Option(
            field.name,
            _key(field.name),
            _shown(field.name, field.default),
            lines.get(field.name, ""),
        )
        for field in fields(ServeSettings)
    )


def options_table() -> str:
    """Give every setting as a row of Markdown."""
    rows = [
        f"| `{option.flag}` | `{option.variable}` | `{option.key}` | {option.default} "
        f"| {option.summary} |"
        for option in all_options()
    ]
    head = f"| flag | environment | `{SETTINGS_FILE}` | default | what it is |"
    return "\n".join((head, "|---|---|---|---|---|", *rows))


def read_settings(
    flags: Mapping[str, Any] = types.MappingProxyType({}),
    *,
    environ: Mapping[str, str] = os.environ,
    path: Path | None = None,
) -> ServeSettings:
    """Put together what was said by flag, environment and file.

    Args:
        flags: by the names of the fields; None and an empty tuple: nobody said.
        environ: the environment; an empty variable says nothing.
        path: the file; None: `segue.toml` in the folder of what a person sets, if it is there.

    Raises:
        RequestError: something makes no sense; the message begins with how it was said:
            `SEGUE_HTTP_PORT must be 0..65535, not 99999`.
        NotFoundError: `path` was given, and is not there.
        FileFormatError: the file is no TOML, or has a key that nobody knows.
    """
    values = _from_file(path, environ)
    values |= _from_environment(environ)
    values |= _from_flags(flags)
    return ServeSettings(**values)


def _from_file(path: Path | None, environ: Mapping[str, str]) -> dict[str, Any]:
    """Read what the file says."""
    found = path or config_folder(environ=environ) / SETTINGS_FILE
    try:
        text = read_text(found)
    except NotFoundError:
        if path is not None:
            raise
        return {}
    options = {option.key: option for option in all_options()}
    values = {}
    for key, said in parse_toml(text, found).items():
        where = f"{found}:{line_of_key(text, key)}"
        if key not in options:
            raise FileFormatError(f"{where}: {unknown_key(key, options)}")
        values[options[key].name] = _read(options[key].name, said, f"{where}: {key}")
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read what the environment says."""
    return {
        option.name: _read(option.name, environ[option.variable], option.variable)
        for option in all_options()
        if environ.get(option.variable)
    }


def _from_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the command line says."""
    return {
        option.name: _read(option.name, flags[option.name], option.flag)
        for option in all_options()
        if flags.get(option.name) not in (None, ())
    }


def _read(name: str, said: Any, label: str) -> Any:
    """Give a value of a field's type, of whatever type it was said in, and check it.

    Args:
        name: of the field.
        said: a string from the environment; of any type from a file; of the field's from a flag.
        label: how it was said, for the message.
    """
    value = _READERS[_kind(name)](label, said)
    if name in _CHECKS:
        _CHECKS[name](label, value)
    return value


def _kind(name: str) -> type:
    """Give the type of a field, without its None and without what a tuple is of."""
    expected = get_type_hints(ServeSettings)[name]
    if get_origin(expected) is types.UnionType:
        expected, _ = get_args(expected)
    kind: type = get_origin(expected) or expected
    return kind


def _read_whole(label: str, said: Any) -> int:
    """Read a whole number; no number is rounded, and a truth value is none."""
    try:
        if type(said) in (int, str):
            return int(said)
    except ValueError as error:
        raise _wrong(label, "a whole number", said) from error
    raise _wrong(label, "a whole number", said)


def _read_number(label: str, said: Any) -> float:
    """Read a number; a truth value is none."""
    try:
        if type(said) in (int, float, str):
            return float(said)
    except (ValueError, OverflowError) as error:
        raise _wrong(label, "a number", said) from error
    raise _wrong(label, "a number", said)


def _read_switch(label: str, said: Any) -> bool:
    """Read on or off, in whatever words people have for them."""
    word = str(said).casefold()
    if word not in (*_YES, *_NO):
        raise _wrong(label, "on or off", said)
    return word in _YES


def _read_word(label: str, said: Any) -> str:
    if not isinstance(said, str):
        raise _wrong(label, "a string", said)
    return said


def _read_list(label: str, said: Any) -> tuple[str, ...]:
    """Read a list; in the environment its entries stand between commas."""
    if isinstance(said, str):
        return tuple(word.strip() for word in said.split(",") if word.strip())
    if not isinstance(said, list | tuple) or not all(isinstance(word, str) for word in said):
        raise _wrong(label, "a list of strings", said)
    return tuple(said)


def _read_path(label: str, said: Any) -> Path:
    return Path(said if isinstance(said, Path) else _read_word(label, said)).expanduser()


def _read_sync(label: str, said: Any) -> SyncSource | None:
    """Read who leads."""
    words = (AUTO, *SyncSource)
    if said not in words:
        raise _wrong(label, f"one of {', '.join(words)}", said)
    return None if said == AUTO else SyncSource(said)


def _wrong(label: str, expected: str, said: Any) -> RequestError:
    return RequestError(f"{label} must be {expected}, not {said!r}")


_READERS: Final[dict[type, Callable[[str, Any], Any]]] = {
    int: _read_whole,
    float: _read_number,
    bool: _read_switch,
    str: _read_word,
    Path: _read_path,
    tuple: _read_list,
    SyncSource: _read_sync,
}


def _address(listen: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address("127.0.0.1" if listen == "localhost" else listen)


def _check_port(label: str, port: int) -> None:
    check_range(label, port, 0, 65535)


def _check_listen(label: str, listen: str) -> None:
    try:
        _address(listen)
    except ValueError as error:
        raise RequestError(
            f"{label} must be an address such as 127.0.0.1 or 0.0.0.0, not {listen!r}"
        ) from error


def _check_token(label: str, token: str | None) -> None:
    """Refuse what a header could not carry, or what is soon guessed; never show it."""
    if token is None:
        return
    if len(token) < _SHORTEST_TOKEN or not all("!" <= letter <= "~" for letter in token):
        raise RequestError(
            f"{label} must be {_SHORTEST_TOKEN} or more letters, digits and signs without spaces"
        )


def _check_offset(label: str, offset_ms: float) -> None:
    check_range(label, offset_ms, -LARGEST_OFFSET_MS, LARGEST_OFFSET_MS)


def _check_port_name(label: str, name: str) -> None:
    if not name.strip() or ":" in name:
        raise RequestError(f"{label} must be a name without a colon, not {name!r}")


def _check_api(label: str, api: str | None) -> None:
    if api is not None and api not in APIS:
        raise RequestError(f"{label} must be one of {', '.join(APIS)}, not {api!r}")


_CHECKS: Final[dict[str, Callable[[str, Any], None]]] = {
    "http_port": _check_port,
    "osc_port": _check_port,
    "listen": _check_listen,
    "token": _check_token,
    "offset_ms": _check_offset,
    "port_name": _check_port_name,
    "api": _check_api,
    "person": check_name,
    "project": check_name,
}
"""What each setting must be beyond its type; the label says how it was said."""


def _key(name: str) -> str:
    """Give the name of a setting as a person says it."""
    return name.removeprefix("is_")


def _shown(name: str, default: Any) -> str:
    """Say what holds where nobody says anything."""
    if name == "sync":
        return AUTO
    if isinstance(default, bool):
        return "on" if default else "off"
    return "" if default in (None, ()) else str(default)
