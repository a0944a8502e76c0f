"""The panel's page in a real browser: what is chosen, pressed and read, by mouse and keyboard."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.plugins.premiere.page import LINES, browse, find_browser, page

_RESULT = re.compile(r'<pre id="result">(.*?)</pre>', re.DOTALL)
_HELPERS = """
const thing = (id) => document.getElementById(id);
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const press = (key, more) => document.dispatchEvent(new KeyboardEvent("keydown", { key, ...more }));
const asked = require("./verbs.js").asked;
const seen = () => ({ said: thing("said").textContent, far: thing("far").value,
  report: [...thing("report").children].map((one) => one.textContent),
  busy: thing("cut").disabled && thing("learn").disabled && !thing("stop").disabled });
const tell = (found) => { const pre = document.createElement("pre"); pre.id = "result";
  pre.textContent = JSON.stringify(found); document.body.appendChild(pre); };
"""


@pytest.fixture(scope="module")
def browser():
    found = find_browser()
    if found is None:
        pytest.skip("needs a browser, to open the panel's page: apt install chromium")
    return found


@pytest.fixture
def panel(browser):
    """Open the page, run a script that ends with `tell(..)`, and give what it tells."""

    def run(script, **options):
        dumped = browse(browser, page(_HELPERS + script, **options), "--dump-dom")
        return json.loads(html.unescape(_RESULT.search(dumped)[1]))

    return run


def test_what_is_chosen_is_asked_for(panel):
    (asked,) = panel("""
        thing("style").value = "vlog"; thing("seconds").value = "45";
        thing("versions").value = "3"; thing("keepSpeech").checked = true;
        thing("cut").click(); await rest(100); tell(asked);
    """)
    assert asked["name"] == "cut"
    assert asked["wishes"] == {
        "source": "selection",
        "style": "vlog",
        "seconds": 45,
        "versions": 3,
        "keepSpeech": True,
        "music": "",
        "outline": "",
    }


def test_while_it_works_only_stop_can_be_pressed(panel):
    found = panel("""
        thing("cut").click(); const during = seen(); thing("cut").click();
        await rest(200); tell([during, seen(), asked.length]);
    """)
    during, after, count = found
    assert during == {"said": "1240 of 3000 frames", "far": 0.41, "report": [], "busy": True}
    assert after == {"said": "done", "far": 1, "report": list(LINES), "busy": False}
    assert count == 1


def test_control_and_enter_cut_and_escape_stops(panel):
    found = panel("""
        thing("outline").value = "for ever"; press("Enter", { ctrlKey: true });
        await rest(100); const during = seen(); press("Escape"); await rest(100);
        tell([during.busy, seen()]);
    """)
    assert found == [True, {"said": "stopped", "far": 0, "report": [], "busy": False}]


def test_enter_alone_in_a_story_begins_a_line_and_no_cut(panel):
    assert panel('press("Enter"); await rest(50); tell(asked);') == []


@pytest.mark.parametrize("seconds", ["", "0", "99999", "long"])
def test_a_length_that_makes_no_sense_is_said_and_not_asked_for(panel, seconds):
    found = panel(f"""
        thing("seconds").value = {json.dumps(seconds)}; thing("cut").click(); await rest(50);
        tell([seen().said, asked.length]);
    """)
    assert found == ["seconds must be 1 to 14400", 0]


def test_what_premiere_finds_wrong_is_said(panel):
    said = panel(
        'thing("outline").value = "break"; thing("learn").click(); await rest(50); tell(seen());'
    )
    assert said["said"] == "Premiere says: Illegal Parameter type"
    assert not said["busy"]


def test_music_is_chosen_from_the_disk(panel):
    found = panel('thing("choose").click(); await rest(50); tell(thing("music").value);')
    assert found == "/music/song.wav"


def test_every_control_can_be_reached_by_tab_and_has_a_name(panel):
    controls = panel("""
        tell([...document.querySelectorAll("select, input, textarea, button")].map((one) => ({
          id: one.id, tab: one.tabIndex,
          name: one.labels && one.labels.length ? one.labels[0].textContent : one.textContent })));
    """)
    assert [one for one in controls if one["tab"] != 0 or not one["name"].strip()] == []
    assert [one["id"] for one in controls][:3] == ["source", "style", "seconds"]


@pytest.mark.parametrize("theme", ["light", "dark", "darkest"])
def test_text_stands_out_from_its_ground_in_every_theme(panel, theme):
    colours = panel(
        """
        const of = (id, name) => getComputedStyle(id ? thing(id) : document.body)[name];
        tell([[of("", "color"), of("", "backgroundColor")],
          [of("report", "color"), of("", "backgroundColor")],
          [of("music", "color"), of("music", "backgroundColor")],
          [of("cut", "color"), of("cut", "backgroundColor")]]);
        """,
        theme=theme,
    )
    assert [pair for pair in colours if contrast(*pair) < 4.5] == []


def test_the_panel_follows_premiere_into_another_theme(panel):
    found = panel("""
        const ground = () => getComputedStyle(document.body).backgroundColor;
        const before = ground(); theme = "light"; wearers.forEach((run) => run());
        tell([before, ground()]);
    """)
    assert found == ["rgb(35, 35, 35)", "rgb(240, 240, 240)"]


def test_nothing_is_cut_off_in_the_narrowest_panel(browser):
    script = _HELPERS + (
        'const wide = [...document.querySelectorAll("body *")]'
        ".map((one) => one.getBoundingClientRect().right); tell(Math.max(...wide));"
    )
    narrow = page(script).replace("<body", '<body style="width: 216px"', 1)
    dumped = browse(browser, narrow, "--dump-dom")
    assert float(_RESULT.search(dumped)[1]) <= 240


def contrast(first, second):
    """Give the contrast of two colours as WCAG 2 has it, 1..21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(one * weight for one, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
