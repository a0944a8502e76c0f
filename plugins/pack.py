"""Pack the plugins: one zip for each host into a folder, and Premiere's panel as a `.ccx`.

`python plugins/pack.py build/plugins`. A `.ccx` is a zip with the manifest at its top, and so is
Blender's `segue-VERSION.zip`. The same files give the same bytes: no times, no compression, names
in order.
"""

import argparse
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PANEL = HERE / "premiere" / "source"
CCX = HERE / "premiere" / "Segue.ccx"
EXTENSION = HERE / "blender" / "segue"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_PAGES = {".md", ".png"}


def main() -> None:
    """Write Premiere's `.ccx`, then all zips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the zips go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    pack_panel(CCX)
    (folder / CCX.name).write_bytes(CCX.read_bytes())
    pack_extension(folder)
    for path in sorted(HERE.glob("*/plugin.toml")):
        name = path.parent.name
        pack(folder / f"segue-for-{name}.zip", files_of(path.parent), path.parent)


def pack_panel(target: Path) -> None:
    """Write Premiere's panel as Creative Cloud installs it."""
    pack(target, (path for path in PANEL.rglob("*") if path.is_file()), PANEL)


def pack_extension(folder: Path) -> Path:
    """Write Blender's extension as Blender itself names it; gives where."""
    told = tomllib.loads((EXTENSION / "blender_manifest.toml").read_text("utf-8"))
    target = folder / f"{told['id']}-{told['version']}.zip"
    files = files_of(EXTENSION.parent)
    pack(target, (path for path in files if path.is_relative_to(EXTENSION)), EXTENSION)
    return target


def files_of(plugin: Path) -> Iterator[Path]:
    """Give what a plugin installs, and its pages."""
    told = tomllib.loads((plugin / "plugin.toml").read_text("utf-8"))
    yield from (plugin / name for name in told["files"])
    yield from (path for path in plugin.glob("*") if path.suffix in _PAGES)


def pack(target: Path, files: Iterable[Path], top: Path) -> None:
    """Write a zip of files, named from `top` on."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, path in sorted((path.relative_to(top).as_posix(), path) for path in files):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main()
