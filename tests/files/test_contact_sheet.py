"""A contact sheet is one file that shows every shot, and nothing in it can do harm."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bridge.files.contact_sheet.colours import mood_colour, oklch
from bridge.files.contact_sheet.page import Selection, contact_sheet
from bridge.schema.shots import Guess, Mood, People
from tests.watched import film_of, media, shot

JPEG = b"\xff\xd8\xff\xe0picture"
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def page(*selections, title="sheet", picture=JPEG):
    return b"".join(contact_sheet(title, selections, lambda film, shot: picture)).decode()


class Elements(HTMLParser):
    """Notes every element with its attributes, and the texts."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.texts = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)

    def of(self, tag, **wanted):
        return [a for name, a in self.found if name == tag and wanted.items() <= a.items()]


def test_every_shot_has_a_card_with_its_picture():
    found = Elements(page(Selection(film_of(media(), 0, 30, 60))))
    cards = found.of("figure")
    assert [card["id"] for card in cards] == ["f1s1", "f1s2", "f1s3"]
    data = "data:image/jpeg;base64," + base64.b64encode(JPEG).decode()
    assert [image["src"] for image in found.of("img")] == [data] * 3


def test_the_strip_leads_to_every_card():
    found = Elements(page(Selection(film_of(media(), 0, 30, 60))))
    assert [link["href"] for link in found.of("a")] == ["#f1s1", "#f1s2", "#f1s3"]


def test_a_picture_that_cannot_be_had_leaves_the_rest_as_it_is():
    html = page(Selection(film_of(media(), 0, 30)), picture=None)
    assert html.count("no picture") == 2
    assert len(Elements(html).of("figure")) == 2


def test_nothing_is_loaded_from_anywhere():
    html = page(Selection(film_of(media(), 0, 30)))
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert "http" not in html.replace("http-equiv", "")
    assert "@import" not in html


def test_only_our_own_script_may_run():
    html = page(Selection(film_of(media(), 0)))
    script = re.search(r"<script>(.*?)</script>", html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = Elements(html).of("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in policy["content"]
    assert policy["content"].endswith(f"script-src 'sha256-{digest}'")


def test_hostile_names_and_words_are_only_text():
    facts = media(name=EVIL)
    evil = replace(
        shot(1, 0, 100, facts),
        tags=(EVIL,),
        reason=EVIL,
        people=People(1, 1, EVIL, None, "still"),
        importance=0.9,
    )
    film = film_of(facts, 0, path=Path("/films") / EVIL.replace("/", ":"))
    analysis = replace(
        film.analysis, shots=(evil,), media=replace(facts, damage=(EVIL,), reel=EVIL)
    )
    film = replace(film, analysis=analysis)
    html = page(Selection(film), Selection(film, {1: EVIL}), title=EVIL)
    found = Elements(html)
    assert len(found.of("script")) == 1
    assert {image["src"][:10] for image in found.of("img")} == {"data:image"}
    assert not any(name.startswith("on") for _, names in found.found for name in names)
    assert any(EVIL in text for text in found.texts)


def test_a_palette_that_is_no_colour_is_left_out():
    film = film_of(media(), 0)
    picture = replace(
        film.analysis.shots[0].picture, palette=("#aabbcc", "red;}body{x:y", "#12345")
    )
    shots = (replace(film.analysis.shots[0], picture=picture),)
    html = page(Selection(replace(film, analysis=replace(film.analysis, shots=shots))))
    assert html.count("background:#") - html.count("background:#0b0c0d") == 1
    assert "body{x:y" not in html


def test_a_name_with_half_a_character_is_shown_all_the_same():
    assert "?.mov" in page(Selection(film_of(media(), 0, path=Path("/films/\udcff.mov")))).replace(
        "<small>", ""
    )


def test_shots_that_were_found_are_shown_alone_with_why():
    found = Elements(page(Selection(film_of(media(), 0, 30, 60), {3: "day", 2: "night, calm"})))
    assert [card["id"] for card in found.of("figure")] == ["f1s3", "f1s2"]
    assert [link["href"] for link in found.of("a", **{"class": "off"})] == ["#f1s1"]
    assert "night, calm" in found.texts


def test_key_shots_and_takes_are_marked():
    film = film_of(media(), 0, 30, 60)
    first, second, third = film.analysis.shots
    shots = (
        replace(first, key_shot=True),
        replace(second, take=3, best_take=False),
        third,
    )
    html = page(Selection(replace(film, analysis=replace(film.analysis, shots=shots))))
    assert [card["class"] for card in Elements(html).of("figure")] == [
        "card key",
        "card",
        "card",
    ]
    assert html.count("one of 2 takes") == 2
    assert html.count("one of 2 takes · the best") == 1


def test_a_silent_film_has_no_strip_of_sound():
    html = page(Selection(film_of(media(with_sound=False), 0)))
    assert "strip sound" not in html
    assert "silent" in html


@pytest.mark.parametrize("seconds", [0.04, 1, 59, 3600, 4 * 3600])
def test_films_of_every_length_have_an_axis_that_can_be_read(seconds):
    film = film_of(media(25.0, max(1, round(seconds * 25))), 0)
    axis = re.search(r'<dd class="axis">(.*?)</dd>', page(Selection(film)))[1]
    assert 1 <= axis.count("<span") <= 10


def test_moods_of_four_kinds_have_colours_that_can_be_told_apart():
    def colour(valence, arousal):
        return mood_colour(Mood(Guess(valence, 0.2), Guess(arousal, 0.2)))

    pleasant, unpleasant, calm, excited = (
        colour(0.8, 0.0), colour(-0.8, 0.0), colour(0.0, -0.8), colour(0.0, 0.8)
    )  # fmt: skip
    assert len({pleasant, unpleasant, calm, excited}) == 4
    red, _, blue = (int(pleasant[place : place + 2], 16) for place in (1, 3, 5))
    assert red > blue + 60


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((0.0, 0.0, 0.0), "#000000"),
        ((1.0, 0.0, 0.0), "#ffffff"),
        ((0.628, 0.2577, 29.23), "#ff0000"),
    ],
)
def test_colours_are_those_of_oklch(colour, expected):
    assert oklch(*colour) == expected
