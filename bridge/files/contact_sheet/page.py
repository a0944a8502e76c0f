"""A contact sheet as one HTML file: no network, no other file, and nothing in it can run but us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bridge.files.contact_sheet.drawing import (
    clock,
    mood_strip,
    shot_strip,
    sound_strip,
    time_axis,
)
from bridge.files.contact_sheet.glyphs import mood_glyph, movement_glyph, scale_glyph
from bridge.files.html_page import as_bytes, as_text, closing, opening, picture_source
from bridge.schema.footage import WatchedFilm
from bridge.schema.media import MediaFacts
from bridge.schema.shot_words import (
    MOVEMENT_NAMES,
    SCALE_NAMES,
    mood_words,
    transition_words,
)
from bridge.schema.shots import FilmAnalysis, Shot
from bridge.schema.timecode import rate_words, timecode_of

Pictures = Callable[[WatchedFilm, Shot], bytes | None]
"""Gives a shot's key frame as JPEG; None: it cannot be had."""

_HERE: Final = Path(__file__).parent
_MOST_TAGS: Final = 8
_MOST_PIPS: Final = 6


@dataclass(frozen=True, slots=True)
class Selection:
    """Some shots of a film, each with why it is shown."""

    film: WatchedFilm
    """Whose."""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """Why, by the number of the shot, in the order they are shown; empty: all shots are."""


def contact_sheet(
    title: str, selections: Sequence[Selection], pictures: Pictures
) -> Iterator[bytes]:
    """Write a page, piece by piece: a film of ten thousand shots is never held as a whole.

    Args:
        title: of the page.
        selections: of films, in order.
        pictures: gives the key frames.

    Yields:
        The bytes of an HTML file, in order.
    """
    style = (_HERE / "sheet.css").read_text("utf-8")
    script = (_HERE / "sheet.js").read_text("utf-8")
    yield as_bytes(opening(title, style=style, script=script))
    is_one_film = len(selections) == 1 and not selections[0].reasons
    if not is_one_film:
        yield as_bytes(_heading(title, selections) + _FILTER)
    for number, selection in enumerate(selections, 1):
        yield from _film(selection, f"f{number}", pictures, between=_FILTER if is_one_film else "")
    yield as_bytes(f"{_FOOT}{closing(script)}")


_FILTER: Final = (
    '<form class="filter" role="search"><label>Filter<input type="search" autocomplete="off"'
    ' spellcheck="false" placeholder="close-up, night, dissolve .."></label>'
    '<button type="button" data-word="key" aria-pressed="false">Key shots</button>'
    '<button type="button" data-word="best" aria-pressed="false">Best takes</button>'
    '<button type="button" data-word="people" aria-pressed="false">People</button>'
    '<button type="button" data-word="speech" aria-pressed="false">Speech</button>'
    '<output></output></form><p class="none" hidden>No shot fits. Press Esc to see all.</p>'
)
_FOOT: Final = (
    '<footer><span class="valence">valence</span> unpleasant to pleasant, '
    '<span class="arousal">arousal</span> calm to exciting; bands say how far off a guess may be. '
    '<span class="speech">speech</span> <span class="music">music</span>. '
    "Key shots bear a dot. Made by Segue, on this machine.</footer>"
)


def _film(selection: Selection, mark: str, pictures: Pictures, *, between: str) -> Iterator[bytes]:
    """Write all of one film; `between` comes after its head and before its shots."""
    film, analysis = selection.film, selection.film.analysis

    def anchor(shot: Shot) -> str:
        return f"{mark}s{shot.number}"

    sound, chosen = analysis.sound, selection.reasons
    rows = [("Shots", shot_strip(film, anchor, mark, chosen=chosen))]
    if not chosen:
        rows.append(("Mood", mood_strip(analysis)))
        rows += [("Sound", sound_strip(sound, analysis))] if sound else []
    strips = "".join(f'<dt>{name}</dt><dd class="row">{drawn}</dd>' for name, drawn in rows)
    yield as_bytes(
        f'<article class="{"film part" if chosen else "film"}"><header><h1>{_name(film.path)}</h1>'
        f'<p class="path">{as_text(film.path.parent)}</p><ul class="facts">{_facts(analysis)}</ul>'
        f'{_damage(analysis)}</header><dl class="strips">{strips}'
        f'<dt></dt><dd class="axis">{time_axis(analysis)}</dd></dl>{between}<section class="cards"'
        f' style="--aspect:{analysis.media.width}/{analysis.media.height}">'
    )
    takes = _take_counts(analysis)
    for number in chosen or range(1, len(analysis.shots) + 1):
        shot = analysis.shots[number - 1]
        picture = pictures(film, shot)
        why = chosen.get(number, "")
        yield as_bytes(_card(shot, analysis, _Beside(anchor(shot), takes[shot.take], why), picture))
    yield b"</section></article>"


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a card says beside its shot."""

    anchor: str
    takes: int
    why: str


def _card(shot: Shot, analysis: FilmAnalysis, beside: _Beside, picture: bytes | None) -> str:
    """Write one shot."""
    classes = "card key" if shot.key_shot else "card"
    return (
        f'<figure class="{classes}" id="{beside.anchor}" data-words="{_words(shot)}">'
        f"{_picture(shot, picture)}<figcaption>"
        f'<p class="when"><b>{timecode_of(shot.span.start_time, analysis.media)}</b>'
        f"<span>{_transition(shot)}</span></p>"
        f'<p class="signs">{_signs(shot)}</p>{_palette(shot)}'
        f"{_why(shot, beside)}{_take(shot, beside)}"
        f'<p class="tags">{_tags(shot)}</p></figcaption></figure>'
    )


def _picture(shot: Shot, picture: bytes | None) -> str:
    """Write the key frame, with the shot's number and length."""
    if picture is None:
        shown = '<div class="lost">no picture</div>'
    else:
        source = picture_source(picture)
        shown = f'<img alt="Shot {shot.number}" loading="lazy" src="{source}">'
    seconds = shot.span.duration.to_seconds()
    length = f"{seconds:.1f} s" if seconds < 60 else clock(round(seconds))
    return (
        f'<div class="picture">{shown}<span class="number">{shot.number}</span>'
        f'<span class="length">{length}</span></div>'
    )


def _transition(shot: Shot) -> str:
    """Say how a shot begins, unless by a plain cut that is sure."""
    begins = shot.begins
    if begins.kind in ("start", "cut") and begins.confidence >= 0.5:
        return ""
    told = as_text(transition_words(shot))
    doubt = "?" if begins.confidence < 0.5 else ""
    name = begins.kind.replace("_", " ")
    return f'<em class="{begins.kind}" title="{told}">{name}{doubt}</em>'


def _signs(shot: Shot) -> str:
    """Draw scale, movement, people, mood, and how loud speech and music are."""
    scale = f"{SCALE_NAMES[shot.scale]}, {shot.scale_confidence:.0%} sure"
    movement = f"{MOVEMENT_NAMES[shot.movement]}, {shot.movement_confidence:.0%} sure"
    drawn = [
        f'<span title="{scale}">{scale_glyph(shot.scale)}'
        f"{'' if shot.scale == 'none' else shot.scale}</span>",
        f'<span title="{movement}">{movement_glyph(shot.movement)}'
        f"{MOVEMENT_NAMES[shot.movement]}</span>",
        _people(shot),
        f'<span class="end" title="{as_text(mood_words(shot))}">{mood_glyph(shot.mood)}</span>',
    ]
    return "".join(drawn)


def _people(shot: Shot) -> str:
    """Draw a dot for each person."""
    count = shot.people.count
    if not count:
        return ""
    told = f"{count} {'person' if count == 1 else 'people'}"
    if shot.people.expression:
        told += f", {shot.people.expression}"
    more = f"+{count - _MOST_PIPS}" if count > _MOST_PIPS else ""
    pips = "<i></i>" * min(count, _MOST_PIPS)
    return f'<span class="people" title="{as_text(told)}">{pips}{more}</span>'


def _palette(shot: Shot) -> str:
    """Draw the main colours, the first the widest; what is no colour is left out."""
    colours = [colour for colour in shot.picture.palette if _is_colour(colour)]
    cells = "".join(
        f'<i style="background:{colour};flex:{len(colours) - place + 1}" title="{colour}"></i>'
        for place, colour in enumerate(colours)
    )
    return f'<p class="palette">{cells}</p>'


def _is_colour(text: str) -> bool:
    digits = text[1:]
    return (
        text[:1] == "#" and len(digits) == 6 and all(d in "0123456789abcdefABCDEF" for d in digits)
    )


def _why(shot: Shot, beside: _Beside) -> str:
    """Say why a shot was found, or why it is a key shot."""
    if beside.why:
        return f'<p class="why">{as_text(beside.why)}</p>'
    if shot.key_shot:
        return f'<p class="why">{as_text(shot.reason)}</p>'
    return ""


def _take(shot: Shot, beside: _Beside) -> str:
    """Say of which takes a shot is one."""
    if beside.takes < 2:
        return ""
    best = " · the best" if shot.best_take else ""
    return (
        f'<p class="take"><button type="button" data-take="take-{shot.take}">one of'
        f" {beside.takes} takes{best}</button></p>"
    )


def _tags(shot: Shot) -> str:
    return " ".join(f"<span>{as_text(tag)}</span>" for tag in shot.tags[:_MOST_TAGS])


def _words(shot: Shot) -> str:
    """Give all words that the filter finds a shot by."""
    words = [
        str(shot.number),
        shot.scale,
        MOVEMENT_NAMES[shot.movement],
        shot.begins.kind.replace("_", " "),
        shot.people.expression,
        f"take-{shot.take}",
        *(["key"] if shot.key_shot else []),
        *(["best"] if shot.best_take else []),
        *(["people"] if shot.people.count else []),
        *shot.tags,
    ]
    return as_text("|".join(word.lower() for word in words if word))


def _facts(analysis: FilmAnalysis) -> str:
    """Write what is known of a film, in a few words each."""
    media, shots = analysis.media, analysis.shots
    seconds = media.duration.to_seconds()
    gradual = sum(shot.begins.kind not in ("start", "cut", "jump_cut") for shot in shots)
    facts = [
        ("length", clock(round(seconds, 1) if seconds < 10 else round(seconds))),
        ("shots", f"{len(shots)}"),
        ("mean shot", f"{seconds / len(shots):.1f} s"),
        *([("gradual", f"{gradual}")] if gradual else []),
        ("picture", f"{media.width} x {media.height}"),
        ("rate", f"{_rate(media)}"),
        *(
            [("begins at", timecode_of(shots[0].span.start_time, media))]
            if _is_stamped(media)
            else []
        ),
        *([("reel", media.reel)] if media.reel else []),
        *_sound_facts(analysis),
    ]
    return "".join(f"<li><b>{as_text(value)}</b> {name}</li>" for name, value in facts)


def _is_stamped(media: MediaFacts) -> bool:
    return media.start_timecode is not None


def _rate(media: MediaFacts) -> str:
    rate = rate_words(media.frame_rate)
    return f"{rate} fps, variable" if media.variable_rate else f"{rate} fps"


def _sound_facts(analysis: FilmAnalysis) -> list[tuple[str, str]]:
    sound = analysis.sound
    if sound is None:
        return [("", "silent")]
    facts = []
    if sound.loudness_lufs is not None:
        facts.append(("loudness", f"{sound.loudness_lufs:.1f} LUFS"))
    if sound.tempo_bpm is not None:
        facts.append(("tempo", f"{sound.tempo_bpm:.0f} BPM"))
    return facts


def _damage(analysis: FilmAnalysis) -> str:
    """Write what is wrong with the file."""
    told = " ".join(as_text(sentence) for sentence in analysis.media.damage)
    return f'<p class="damage">{told}</p>' if told else ""


def _heading(title: str, selections: Sequence[Selection]) -> str:
    count = sum(len(one.reasons) or len(one.film.analysis.shots) for one in selections)
    films = len(selections)
    return (
        f'<header class="heading"><h1>{as_text(title)}</h1><ul class="facts"><li><b>{count}</b>'
        f" shots</li><li><b>{films}</b> {'film' if films == 1 else 'films'}</li></ul></header>"
    )


def _take_counts(analysis: FilmAnalysis) -> dict[int, int]:
    counts: dict[int, int] = {}
    for shot in analysis.shots:
        counts[shot.take] = counts.get(shot.take, 0) + 1
    return counts


def _name(path: Path) -> str:
    """Write a file's name with its ending set back."""
    return f"{as_text(path.stem)}<small>{as_text(path.suffix)}</small>"
