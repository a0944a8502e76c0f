"""What the controls of each device do, as one TOML file a device that a person may edit.

    # Channels count from 1; without one, any will do.
    port = "Launch Control"

    [[binding]]
    target = "knobs.temperature"
    cc = 21
    channel = 1
    high = 1.5

A file is changed in place: its comments, order and spacing stay.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge.errors import FileFormatError, NotFoundError, RequestError, SegueError
from bridge.files.disk import make_folder, write_bytes
from bridge.files.toml import line_of_key, parse_toml, read_text, unknown_key
from bridge.schema.codec import from_plain, to_plain
from bridge.schema.mapping import Binding, ControlForm, ControlMaps, DeviceMap

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

ENDING: Final = ".toml"
"""Of the file of a device."""
READY_FOLDER: Final = Path(__file__).with_name("ready")
"""Files for controllers that many have; `add_device` copies one."""

_CONTROL_KEYS: Final = {form.value.replace("-", "_"): form for form in ControlForm}
_BINDING_KEYS: Final = tuple(
    name for field in fields(Binding) if (name := field.name) not in ("control", "number")
)
_HEADING: Final = (
    "# What the controls of this device do; `segue map targets` names what they can do.\n"
    "# Channels count from 1; without one, any will do.\n"
)


class _BindingError(RequestError):
    """Say what is wrong with one binding of a file, and at which key."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


def read_devices(folder: Path) -> ControlMaps:
    """Read the file of every device in a folder; one that is wrong keeps no other from working.

    Args:
        folder: need not be there.
    """
    devices, troubles = [], []
    paths = sorted(folder.glob(f"*{ENDING}"), key=lambda path: path.name.casefold())
    for path in paths:
        if path.name.startswith("."):
            continue
        try:
            devices.append(read_device(path))
        except SegueError as error:
            troubles.append(str(error))
    return ControlMaps(tuple(devices), tuple(troubles))


def read_device(path: Path) -> DeviceMap:
    """Read the file of one device.

    Raises:
        NotFoundError: there is no such file.
        FileFormatError: it is no TOML, or says what makes no sense; the message names the line.
    """
    return _parse(read_text(path), path)


def bind_control(
    folder: Path, device: str, binding: Binding, *, port: str | None = None
) -> DeviceMap:
    """Write down what a control does; what it did before, it does no more.

    Args:
        folder: of the devices; made where it is missing.
        device: its name; a file is made for one that has none.
        binding: the control, and what it does.
        port: part of the name of its MIDI ports; None leaves it as it is.

    Raises:
        RequestError: that cannot be the name of a device.
        FileFormatError: its file cannot be read; the message names the line.
        StorageError: its file cannot be written.
    """
    DeviceMap(device)
    path = find_file(folder, device) or folder / f"{device}{ENDING}"
    text = read_text(path) if path.exists() else _HEADING
    _parse(text, path)
    document = _document(text)
    if port is not None:
        _set_port(document, port)
    _put(document, binding)
    return _write(document, path)


def unbind_controls(
    folder: Path, device: str, is_unwanted: Callable[[Binding], bool]
) -> tuple[Binding, ...]:
    """Take bindings out of a device's file.

    Args:
        folder: of the devices.
        device: its name.
        is_unwanted: says of a binding whether it goes.

    Returns:
        Those that were taken out.

    Raises:
        NotFoundError: no device has that name; the message names those nearby.
        FileFormatError: its file cannot be read; the message names the line.
        StorageError: its file cannot be written.
    """
    path = find_file(folder, device)
    if path is None:
        raise _no_device(folder, device)
    before = read_device(path)
    gone = tuple(binding for binding in before.bindings if is_unwanted(binding))
    if gone:
        document = _document(read_text(path))
        _drop(document, is_unwanted)
        _write(document, path)
    return gone


def add_device(folder: Path, name: str, *, force: bool = False) -> DeviceMap:
    """Copy the file that is ready for a controller.

    Args:
        folder: of the devices; made where it is missing.
        name: one of those in `READY_FOLDER`.
        force: replace a file of that name that is already there.

    Raises:
        NotFoundError: none is ready; the message names those that are.
        OutputExistsError: a file of that name is already there, and `force` is off.
        StorageError: it cannot be written.
    """
    source = find_file(READY_FOLDER, name)
    if source is None:
        ready = ", ".join(sorted(path.stem for path in READY_FOLDER.glob(f"*{ENDING}")))
        raise NotFoundError(f"no file is ready for {name!r}; there are: {ready}")
    make_folder(folder)
    target = find_file(folder, name) or folder / source.name
    write_bytes(target, read_text(source).encode("utf-8"), force=force)
    return read_device(target)


def find_file(folder: Path, device: str) -> Path | None:
    """Give the file of a device, whether its name is written in capitals or not; None: none."""
    wanted = f"{device}{ENDING}".casefold()
    for path in folder.glob(f"*{ENDING}"):
        if path.name.casefold() == wanted:
            return path
    return None


def _no_device(folder: Path, device: str) -> NotFoundError:
    """Say which devices there are."""
    names = sorted(path.stem for path in folder.glob(f"*{ENDING}"))
    near = difflib.get_close_matches(device, names, n=3) or names
    known = f"near: {', '.join(near)}" if near else "none is bound yet"
    return NotFoundError(f"no device {device!r} in {folder}; {known}")


def _parse(text: str, path: Path) -> DeviceMap:
    """Read a device off its text."""
    table = parse_toml(text, path)
    for key in table:
        if key not in ("port", "binding"):
            message = unknown_key(key, ("port", "binding"))
            raise FileFormatError(f"{path}:{line_of_key(text, key)}: {message}")
    port, entries = table.get("port", ""), table.get("binding", [])
    if not isinstance(port, str):
        raise FileFormatError(f"{path}:{line_of_key(text, 'port')}: port must be a string")
    if not isinstance(entries, list):
        line = line_of_key(text, "binding")
        raise FileFormatError(f"{path}:{line}: write [[binding]], with two brackets")
    bindings = tuple(_binding_at(text, path, index, entry) for index, entry in enumerate(entries))
    try:
        return DeviceMap(path.stem, port, bindings)
    except RequestError as error:
        raise FileFormatError(f"{path}: {error}") from error


def _binding_at(text: str, path: Path, index: int, entry: Any) -> Binding:
    """Read the n-th binding of a text; say on which line it is wrong."""
    try:
        return _binding(entry)
    except _BindingError as error:
        line = _line_of_binding(text, index, error.key)
        raise FileFormatError(f"{path}:{line}: {error}") from error


def _binding(entry: Any) -> Binding:
    """Read a binding off its table."""
    if not isinstance(entry, dict):
        raise _BindingError("a binding is a table: [[binding]]", "")
    known = (*_BINDING_KEYS, *_CONTROL_KEYS)
    for key in entry:
        if key not in known:
            raise _BindingError(unknown_key(key, known), key)
    forms = [key for key in _CONTROL_KEYS if key in entry]
    if len(forms) != 1:
        said = f"not {' and '.join(forms)}" if forms else "and none is here"
        raise _BindingError(f"a binding has one of {', '.join(_CONTROL_KEYS)}, {said}", "")
    plain = {key: entry[key] for key in _BINDING_KEYS if key in entry}
    plain |= _control(entry, forms[0])
    try:
        return from_plain(Binding, plain)
    except RequestError as error:
        first = str(error).partition(" ")[0].rstrip(":")
        key = {"number": forms[0], "nothing": "target", "no": "target"}.get(first, first)
        raise _BindingError(str(error), key) from error


def _control(entry: dict[str, Any], key: str) -> dict[str, Any]:
    """Give the fields of a binding that its file says in another way than the noun."""
    plain: dict[str, Any] = {"control": _CONTROL_KEYS[key].value, "number": entry[key]}
    if _CONTROL_KEYS[key] is ControlForm.PITCH_BEND:
        if entry[key] is not True:
            raise _BindingError("pitch_bend can only be true; take the line out", key)
        plain["number"] = 0
    elif type(entry[key]) is not int:
        raise _BindingError(f"{key} must be a whole number, not {entry[key]!r}", key)
    if "channel" in entry:
        channel = entry["channel"]
        if type(channel) is not int or not 1 <= channel <= 16:
            raise _BindingError(f"channel must be 1..16, not {channel!r}", "channel")
        plain["channel"] = channel - 1
    choice = entry.get("choice")
    if type(choice) in (int, float):
        plain["choice"] = f"{choice:g}"
    return plain


def _line_of_binding(text: str, index: int, key: str) -> int:
    """Give the line on which a key of the n-th binding stands, or the binding itself."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if re.match(r"\s*\[\[\s*binding\s*\]\]", line)]
    if index >= len(heads):
        return line_of_key(text, "binding")
    end = heads[index + 1] if index + 1 < len(heads) else len(lines)
    for at in range(heads[index] + 1, end):
        if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", lines[at]):
            return at + 1
    return heads[index] + 1


def _document(text: str) -> TOMLDocument:
    """Open a text for changes; it was parsed before, so it is TOML."""
    import tomlkit

    return tomlkit.parse(text)


def _put(document: TOMLDocument, binding: Binding) -> None:
    """Write a binding where its control had one, or after the others."""
    import tomlkit

    entries: Any = document.get("binding")
    if entries is None:
        document["binding"] = entries = tomlkit.aot()
    for entry in entries:
        if _binding(entry.unwrap()).is_same_control(binding):
            _change(entry, _table(binding))
            return
    is_list = not isinstance(entries, tomlkit.items.AoT)
    table: Any = tomlkit.inline_table() if is_list else tomlkit.table()
    table.update(_table(binding))
    if not is_list:
        table.trivia.indent = "\n"
    entries.append(table)


def _change(entry: Any, table: dict[str, Any]) -> None:
    """Make a table say something else; a line that stays keeps its comment."""
    for key in [key for key in entry if key not in table]:
        entry.remove(key)
    trailing = _take_trailing(entry)
    for key, value in table.items():
        if entry.get(key) != value:
            entry[key] = value
    entry.value.body.extend(trailing)


def _drop(document: TOMLDocument, is_unwanted: Callable[[Binding], bool]) -> None:
    """Take bindings out; comments that stand after one belong to the next, and stay."""
    entries: Any = document["binding"]
    for index in reversed(range(len(entries))):
        if is_unwanted(_binding(entries[index].unwrap())):
            _hand_on(document, entries, index)
            del entries[index]
    if not entries:
        del document["binding"]


def _hand_on(document: TOMLDocument, entries: Any, index: int) -> None:
    """Give the comments at the end of a binding to the one after it, or to the file's end."""
    import tomlkit

    if not isinstance(entries, tomlkit.items.AoT):
        return
    comments = "".join(item.as_string() for _, item in _take_trailing(entries[index]))
    if index + 1 < len(entries):
        entries[index + 1].trivia.indent = comments + entries[index + 1].trivia.indent
    elif comments.strip():
        last = entries[index - 1] if index else document
        last.add(tomlkit.nl())
        for line in comments.strip().splitlines():
            last.add(tomlkit.comment(line.lstrip("# ")) if line.strip() else tomlkit.nl())


def _take_trailing(entry: Any) -> list[Any]:
    """Take the comments and blank lines after the last key out of a table, and give them."""
    trailing: list[Any] = []
    body = entry.value.body
    while body and body[-1][0] is None:
        trailing.insert(0, body.pop())
    return trailing


def _set_port(document: TOMLDocument, port: str) -> None:
    """Set the port, before all bindings."""
    import tomlkit

    if "port" in document:
        document["port"] = port
        return
    entries = document.pop("binding", None)
    document.add("port", tomlkit.item(port))
    if entries is not None:
        document["binding"] = entries


def _table(binding: Binding) -> dict[str, Any]:
    """Give what a file says of a binding: what it does, the control, and what is not as ever."""
    plain: Any = to_plain(binding)
    usual: Any = to_plain(Binding(binding.target, binding.control, binding.number))
    is_bend = binding.control is ControlForm.PITCH_BEND
    key = binding.control.value.replace("-", "_")
    table: dict[str, Any] = {"target": binding.target, key: True if is_bend else binding.number}
    for name in _BINDING_KEYS:
        if plain[name] != usual[name]:
            table[name] = plain[name] + 1 if name == "channel" else plain[name]
    return table


def _write(document: TOMLDocument, path: Path) -> DeviceMap:
    """Write a file, once what it would say has been read."""
    text = document.as_string()
    device = _parse(text, path)
    make_folder(path.parent)
    write_bytes(path, text.encode("utf-8"), force=True)
    return device
