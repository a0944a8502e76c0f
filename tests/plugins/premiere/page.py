"""The panel's own page in a browser: its HTML, its CSS and its scripts, with Premiere made up.

`python -m tests.plugins.premiere.page` draws the pictures of plugins/premiere/README.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

PANEL = Path(__file__).resolve().parents[3] / "plugins/premiere/source"
PICTURES = PANEL.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SIZE = (320, 520)

_SHIM = """
const modules = MODULES, loaded = {};
function require(name) {
  if (!loaded[name]) {
    const module = { exports: {} };
    loaded[name] = module;
    new Function("require", "module", modules[name])(require, module);
  }
  return loaded[name].exports;
}
const box = {};
const localStorage = {
  getItem: (key) => box[key] || null,
  setItem: (key, text) => (box[key] = text),
};
"""
_UXP = """
module.exports = { storage: { localFileSystem: {
  getFileForOpening: async () => ({ nativePath: "/music/song.wav" }) } } };
"""
VERBS = """
const asked = [];
const { SegueError } = require("./errand.js");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
async function verb(name, wishes, errand) {
  asked.push({ name, wishes });
  errand.say("1240 of 3000 frames", 0.41);
  if (wishes.outline === "break") { throw new Error("Illegal Parameter type"); }
  if (wishes.outline === "for ever") { for (;;) { await pause(20); errand.check(); } }
  await pause(50);
  return LINES;
}
module.exports = { asked, cut: (w, e) => verb("cut", w, e), learn: (w, e) => verb("learn", w, e) };
"""
"""Stands for the panel's verbs: notes what is asked, and takes a little while."""
LINES = (
    "new sequence: Segue trailer 60 s-A, with 23 markers; as asked",
    "new sequence: Segue trailer 60 s-B, with 31 markers; faster, more close-ups",
)


def find_browser() -> str | None:
    """Find a browser that draws without a window."""
    found = (shutil.which(name) for name in _BROWSERS)
    return next((path for path in found if path), None)


def page(script: str, *, theme: str = "dark") -> str:
    """Give the panel as one page, with a script that runs at its end."""
    sources = {f"./{path.name}": path.read_text("utf-8") for path in PANEL.glob("*.js")}
    sources["uxp"] = _UXP
    sources["./verbs.js"] = VERBS.replace("LINES", json.dumps(LINES))
    shim = _SHIM.replace("MODULES", json.dumps(sources).replace("</", "<\\/"))
    dress = (
        f"let theme = {json.dumps(theme)}; const wearers = [];"
        "document.theme = { getCurrent: () => theme,"
        " onUpdated: { addListener: (run) => wearers.push(run) } };"
    )
    html = (PANEL / "index.html").read_text("utf-8")
    style = f"<style>{(PANEL / 'style.css').read_text('utf-8')}</style>"
    html = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: style, html)
    run = f'{dress}{shim}require("./panel.js");(async () => {{ {script} }})();'
    return html.replace('<script src="panel.js"></script>', f"<script>{run}</script>")


def browse(browser: str, html: str, *options: str) -> str:
    """Let a browser open a page; gives what it writes."""
    with tempfile.TemporaryDirectory(prefix="segue-panel-") as folder:
        path = Path(folder, "page.html")
        path.write_text(html, "utf-8")
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={folder}/profile", "--virtual-time-budget=5000"),
            *(*options, path.as_uri()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def draw(browser: str, target: Path, script: str, theme: str) -> None:
    """Take a picture of the panel, as large as it is docked, twice as fine."""
    size = f"--window-size={_SIZE[0]},{_SIZE[1]}"
    scale = "--force-device-scale-factor=2"
    browse(browser, page(script, theme=theme), size, scale, f"--screenshot={target}")


def main() -> None:
    """Draw all pictures."""
    browser = find_browser()
    if browser is None:
        raise SystemExit("needs chromium: apt install chromium")
    chosen = """
        const choose = (id, value) => (document.getElementById(id).value = value);
        choose("style", "trailer"); choose("versions", "2");
        choose("outline", "30% the harbour at night\\nthe market");
    """
    press = 'document.getElementById("cut").click();'
    rest = "await new Promise((done) => setTimeout(done, 200));"
    held = f'choose("outline", "for ever"); {press} choose("outline", "");'
    draw(browser, PICTURES / "panel-chosen.png", chosen, "dark")
    draw(browser, PICTURES / "panel-busy.png", chosen + held, "dark")
    draw(browser, PICTURES / "panel-done.png", chosen + press + rest, "light")


if __name__ == "__main__":
    main()
