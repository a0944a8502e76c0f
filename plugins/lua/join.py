"""Write the Lua scripts that ship: each is one file, with the modules it needs inside.

Ardour takes a script of one file only, and every function of it must stand inside `factory`. So
`require("x")` of a script in `source/` becomes the module itself, after the modules that it needs.

    python plugins/lua/join.py
"""

from __future__ import annotations

import re
from pathlib import Path

LUA = Path(__file__).resolve().parent
PLUGINS = LUA.parent
FOLDERS = {"ardour": "", "reaper": "Segue"}
"""Where a plugin's scripts lie below its own folder, and below its host's."""
_REQUIRE = re.compile(r'^[ ]*local (\w+) = require\("(\w+)"\)\n', re.MULTILINE)


def find_module(name: str, near: Path) -> Path:
    """Find a module next to the script that needs it, or among those that all share."""
    return next(path for path in (near / f"{name}.lua", LUA / f"{name}.lua") if path.is_file())


def needed(text: str, near: Path) -> list[str]:
    """Give the names of all modules that a script needs, each after those that it needs."""
    names: list[str] = []
    for _, name in _REQUIRE.findall(text):
        inner = needed(find_module(name, near).read_text(encoding="utf-8"), near)
        names += [other for other in (*inner, name) if other not in names]
    return names


def as_local(name: str, near: Path) -> str:
    """Give a module as one local of the script around it."""
    body = _REQUIRE.sub("", find_module(name, near).read_text(encoding="utf-8"))
    return f"local {name} = (function()\n{body.rstrip()}\nend)()\n"


def joined(script: Path) -> str:
    """Give a script with its modules inside, in place of the first `require`."""
    text = script.read_text(encoding="utf-8")
    first = _REQUIRE.search(text)
    if first is None:
        return text
    modules = [as_local(name, script.parent) for name in needed(text, script.parent)]
    rest = _REQUIRE.sub("", text[first.end() :])
    made = (
        f"-- Made by plugins/lua/join.py from {script.parent.parent.name}/source/{script.name}.\n"
    )
    return text[: first.start()] + made + "\n".join(modules) + "\n" + rest.lstrip("\n")


def shipped() -> dict[Path, str]:
    """Give every script that ships, and what is to stand in it."""
    sources = sorted(PLUGINS.glob("*/source/segue_*.lua"))
    plugins = {path: path.parent.parent for path in sources}
    return {
        plugin / FOLDERS[plugin.name] / path.name: joined(path) for path, plugin in plugins.items()
    }


if __name__ == "__main__":
    for path, text in shipped().items():
        path.write_text(text, encoding="utf-8", newline="\n")
