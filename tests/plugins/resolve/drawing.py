"""Draw what the script asks Resolve for: its window, and the markers of the timeline it brings.

`python -m tests.plugins.resolve.drawing` writes plugins/resolve/window.png. It is a drawing of the
script's own widgets in plain HTML, and no picture of Resolve.
"""

from __future__ import annotations

import html
import importlib.util
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

from tests.plugins.fake_segue import fake_segue, proposal
from tests.plugins.premiere.page import browse, find_browser
from tests.plugins.resolve.fake_fusion import Bmd, Group, UiManager
from tests.plugins.resolve.fake_resolve import Folder, MediaPoolItem, Project, Resolve

SCRIPT = Path(__file__).resolve().parents[3] / "plugins/resolve/Segue.py"
TARGET = SCRIPT.with_name("window.png")
_STYLE = """
body { margin: 0; padding: 16px; background: #fff; font: 13px sans-serif; display: flex }
.window { width: 400px; padding: 12px; background: #28282e; color: #ddd; border-radius: 6px }
.row { display: flex; align-items: center; margin-bottom: 8px; gap: 8px }
.row > .label { width: 76px; color: #aaa } .row > :not(.label) { flex: 1 }
.field { min-height: 18px; padding: 4px 8px; background: #1c1c20; border: 1px solid #444;
  border-radius: 3px; white-space: pre-line }
.button { text-align: center; padding: 5px; border: 1px solid #666; border-radius: 3px }
.off { opacity: .4 } .strip { margin-left: 24px; width: 330px }
.piece { position: relative; height: 44px; background: #7d97b8; border: 1px solid #fff;
  padding: 14px 8px 0 14px; color: #fff; font-size: 12px }
.flag { position: absolute; left: 0; top: -1px; width: 8px; height: 16px;
  border-radius: 0 0 4px 4px }
h3 { font-weight: normal; color: #555; margin: 4px 0 16px }
"""

REASONS = {
    "setup": "long shot of the harbour, calm",
    "rise": "closer, the same movement goes on",
    "climax": "close-up, on the loudest beat",
    "release": "the sharpest long shot that is left",
}
"""Such words a cut bears; made up here."""


def told(request):
    """Answer `film.cut` with reasons that could be real."""
    answer = proposal(request)
    for piece in answer["versions"][0]["cut"]["pieces"]:
        piece["reason"] = REASONS[piece["part"]]
    return {**answer, "notes": []}


def drawn(thing) -> str:
    """Draw one widget, or a row of them."""
    if isinstance(thing, Group):
        return f'<div class="row">{"".join(map(drawn, thing.children))}</div>'
    if thing.kind == "Label":
        return (
            f'<div class="label">{html.escape(thing.Text)}</div>' if not thing.ID else said(thing)
        )
    if thing.kind == "Button":
        state = "" if thing.Enabled else " off"
        return f'<div class="button{state}">{html.escape(thing.Text)}</div>'
    if thing.kind == "CheckBox":
        return f"<div>{'☑' if thing.Checked else '☐'} {html.escape(thing.Text)}</div><br>"
    return f'<div class="field">{html.escape(value(thing)) or "&nbsp;"}</div>'


def said(thing) -> str:
    return f"<div>{html.escape(thing.Text)}</div><br>"


def value(thing) -> str:
    """Give what a field shows."""
    if thing.kind == "ComboBox":
        return thing.items[thing.CurrentIndex] + "  ▾"
    if thing.kind == "SpinBox":
        return str(thing.Value)
    return thing.Text if thing.kind == "LineEdit" else thing.PlainText


def strip(timeline) -> str:
    """Draw a timeline's pieces, one below the other, with their markers."""
    return "".join(
        f'<div class="piece"><span class="flag" style="background: {one["color"].lower()}"></span>'
        f"{html.escape(one['name'])}: {html.escape(one['note'])}</div>"
        for one in timeline.markers.values()
    )


def main() -> None:
    """Run the script in a made-up Resolve, and draw what is there then."""
    browser = find_browser()
    if browser is None:
        raise SystemExit("needs chromium: apt install chromium")
    spec = importlib.util.spec_from_file_location("segue_for_resolve", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    pictures = []
    with tempfile.TemporaryDirectory() as home, fake_segue() as segue:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": home, "SEGUE_HTTP_PORT": str(segue.port)}
        segue.answers["/film/cut"] = told
        project = Project(Folder([MediaPoolItem(Path(home, "harbour.mov"))]))

        def person(screen):
            screen.items["style"].CurrentIndex = 2
            screen.items["outline"].PlainText = "30% the harbour at night\nthe market"
            screen.press("Cut")
            while screen.timer.is_active:
                screen.tick()
            pictures.append("".join(map(drawn, screen.window.children[0].children)))

        fusion = SimpleNamespace(UIManager=UiManager())
        script.main({"resolve": Resolve(project), "fusion": fusion, "bmd": Bmd(person)})
        name = html.escape(project.current.GetName())
        page = (
            f'<meta charset="utf-8"><style>{_STYLE}</style><div class="window">{pictures[0]}</div>'
            f'<div class="strip"><h3>{name}</h3>{strip(project.current)}'
            "<h3>a drawing, not a picture of Resolve</h3></div>"
        )
    size, scale = "--window-size=830,480", "--force-device-scale-factor=2"
    browse(browser, page, size, scale, f"--screenshot={TARGET}")


if __name__ == "__main__":
    main()
