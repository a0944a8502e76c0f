"""The strips at the head of a page: shots, mood and sound, all along one line of time."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from html import escape
from typing import Final

from bridge.files.contact_sheet.colours import mood_colour
from bridge.schema.footage import WatchedFilm
from bridge.schema.shot_words import short_name, transition_words
from bridge.schema.shots import FilmAnalysis, FilmSound, Guess, Shot
from bridge.schema.timecode import timecode_of

_WIDTH: Final = 1200.0
"""Units of every strip, whatever its width on the page."""
_SHOT_HEIGHT: Final = 40.0
_MOOD_HEIGHT: Final = 72.0
_SOUND_HEIGHT: Final = 64.0
_LEAST_REACH: Final = 0.5
_MOST_TICKS: Final = 9
_STEPS_SECONDS: Final = (
    0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400,
)  # fmt: skip


def shot_strip(
    film: WatchedFilm, anchor: Callable[[Shot], str], mark: str, *, chosen: Container[int] = ()
) -> str:
    """Draw every shot in the colour of its mood; where two pass into each other, so do colours.

    Args:
        film: the film.
        anchor: gives where on the page a shot is.
        mark: begins the names of what is drawn, so that two films may be on one page.
        chosen: numbers of the shots that stand out; none: all are alike.
    """
    analysis = film.analysis
    parts, gradients = [], []
    before: Shot | None = None
    for shot in analysis.shots:
        left, right = _ends(shot, analysis)
        told = f"{short_name(shot)}, {timecode_of(shot.span.start_time, analysis.media)}"
        parts.append(
            f'<a href="#{anchor(shot)}"{_dimmed(shot, chosen)}>'
            f'<rect x="{left:.2f}" y="0" width="{right - left:.2f}"'
            f' height="{_SHOT_HEIGHT:g}" fill="{mood_colour(shot.mood)}">'
            f"<title>{escape(told)}: {escape(transition_words(shot))}</title></rect></a>"
        )
        if before is not None and shot.begins.span.duration.value > 0:
            name = f"{mark}g{shot.number}"
            gradients.append(_gradient(name, before, shot))
            parts.append(_passage(name, shot, analysis))
        before = shot
    inside = f"<defs>{''.join(gradients)}</defs>{''.join(parts)}"
    return f'{_svg("shots", _SHOT_HEIGHT, inside)}<div class="keys">{_keys(analysis)}</div>'


def mood_strip(analysis: FilmAnalysis) -> str:
    """Draw valence and arousal from shot to shot, each with how far off it may be."""
    reach = _reach(analysis)
    drawn = []
    for name, guess_of in (("arousal", _arousal), ("valence", _valence)):
        points = [(_middle(shot, analysis), guess_of(shot)) for shot in analysis.shots]
        drawn.append(_band(name, points, reach))
    line = f'<path class="zero" d="M0 {_MOOD_HEIGHT / 2:g}H{_WIDTH:g}"/>'
    return _svg("moods", _MOOD_HEIGHT, line + "".join(drawn))


def sound_strip(sound: FilmSound, analysis: FilmAnalysis) -> str:
    """Draw the waveform, and beneath it where somebody speaks and where there is music."""
    half = (_SOUND_HEIGHT - 14) / 2
    step = _WIDTH / len(sound.envelope) if sound.envelope else _WIDTH
    upper = [
        f"{(place + 0.5) * step:.1f} {half - max(0.4, level * half):.1f}"
        for place, level in enumerate(sound.envelope)
    ]
    lower = [
        f"{(place + 0.5) * step:.1f} {half + max(0.4, level * half):.1f}"
        for place, level in enumerate(sound.envelope)
    ]
    wave = f'<path class="wave" d="M{"L".join([*upper, *reversed(lower)])}Z"/>' if upper else ""
    return _svg("sound", _SOUND_HEIGHT, wave + "".join(_moments(sound, analysis)))


def time_axis(analysis: FilmAnalysis) -> str:
    """Write the time under the strips, at round seconds."""
    total = analysis.media.duration.to_seconds()
    step = next((s for s in _STEPS_SECONDS if total / s <= _MOST_TICKS), _STEPS_SECONDS[-1])
    ticks = [index * step for index in range(int(total / step) + 1)]
    if len(ticks) > 1 and total - ticks[-1] < step * 0.35:
        ticks.pop()
    return "".join(
        f'<span style="left:{100 * tick / total:.3f}%">{clock(tick)}</span>' for tick in ticks
    )


def clock(seconds: float) -> str:
    """Give a time in words that fit under a tick: `1:02:03`, `2:03` or `0:00.5`."""
    whole = int(seconds)
    fraction = f"{seconds - whole:.1f}"[1:] if seconds != whole else ""
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{rest:02}{fraction}"


def _dimmed(shot: Shot, chosen: Container[int]) -> str:
    return ' class="off"' if chosen and shot.number not in chosen else ""


def _svg(name: str, height: float, inside: str) -> str:
    return (
        f'<svg class="strip {name}" viewBox="0 0 {_WIDTH:g} {height:g}"'
        f' preserveAspectRatio="none">{inside}</svg>'
    )


def _x(seconds: float, analysis: FilmAnalysis) -> float:
    total = float(analysis.media.duration.to_seconds())
    return _WIDTH * min(1.0, max(0.0, seconds / total))


def _ends(shot: Shot, analysis: FilmAnalysis) -> tuple[float, float]:
    end = shot.span.end_time_exclusive().to_seconds()
    return _x(shot.span.start_time.to_seconds(), analysis), _x(end, analysis)


def _middle(shot: Shot, analysis: FilmAnalysis) -> float:
    return sum(_ends(shot, analysis)) / 2


def _keys(analysis: FilmAnalysis) -> str:
    """Mark the key shots above the strip."""
    return "".join(
        f'<i style="left:{100 * _middle(shot, analysis) / _WIDTH:.3f}%"></i>'
        for shot in analysis.shots
        if shot.key_shot
    )


def _gradient(name: str, before: Shot, shot: Shot) -> str:
    return (
        f'<linearGradient id="{name}"><stop stop-color="{mood_colour(before.mood)}"/>'
        f'<stop offset="1" stop-color="{mood_colour(shot.mood)}"/></linearGradient>'
    )


def _passage(name: str, shot: Shot, analysis: FilmAnalysis) -> str:
    """Draw a gradual transition."""
    span = shot.begins.span
    left = _x(span.start_time.to_seconds(), analysis)
    right = _x(span.end_time_exclusive().to_seconds(), analysis)
    return (
        f'<rect class="passage" x="{left:.2f}" y="1" width="{right - left:.2f}"'
        f' height="{_SHOT_HEIGHT - 2:g}" fill="url(#{name})"/>'
        f'<path class="cross" d="M{left:.2f} {_SHOT_HEIGHT:g}L{right:.2f} 0"/>'
    )


def _arousal(shot: Shot) -> Guess:
    return shot.mood.arousal


def _valence(shot: Shot) -> Guess:
    return shot.mood.valence


def _reach(analysis: FilmAnalysis) -> float:
    """Give how far from the middle the curves go, so that a quiet film has curves, too."""
    guesses = [guess for shot in analysis.shots for guess in (_valence(shot), _arousal(shot))]
    return min(1.0, max(_LEAST_REACH, *(abs(guess.value) + guess.spread / 2 for guess in guesses)))


def _band(name: str, points: Sequence[tuple[float, Guess]], reach: float) -> str:
    """Draw a curve with a band around it, level at both ends of the film."""
    whole = [(0.0, points[0][1]), *points, (_WIDTH, points[-1][1])]
    above = [(x, _level(guess.value + guess.spread / 2, reach)) for x, guess in whole]
    below = [(x, _level(guess.value - guess.spread / 2, reach)) for x, guess in reversed(whole)]
    middle = [(x, _level(guess.value, reach)) for x, guess in whole]
    return (
        f'<path class="band {name}" d="M{_smooth(above)}L{_smooth(below)}Z"/>'
        f'<path class="curve {name}" d="M{_smooth(middle)}"/>'
    )


def _level(value: float, reach: float) -> float:
    return _MOOD_HEIGHT / 2 * (1 - 0.94 * min(1.0, max(-1.0, value / reach)))


def _smooth(points: Sequence[tuple[float, float]]) -> str:
    """Join points by curves that are level at each of them."""
    (x, y), *rest = points
    path = [f"{x:.1f} {y:.1f}"]
    for next_x, next_y in rest:
        half = (x + next_x) / 2
        path.append(f"C{half:.1f} {y:.1f} {half:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}")
        x, y = next_x, next_y
    return "".join(path)


def _moments(sound: FilmSound, analysis: FilmAnalysis) -> Iterator[str]:
    """Draw where there is speech and music, and outbursts."""
    for moment in sound.moments:
        if moment.what == "silence":
            continue
        left = _x(moment.span.start_time.to_seconds(), analysis)
        right = _x(moment.span.end_time_exclusive().to_seconds(), analysis)
        top = {"speech": _SOUND_HEIGHT - 9, "music": _SOUND_HEIGHT - 4, "peak": 0.0}[moment.what]
        yield (
            f'<rect class="{moment.what}" x="{left:.1f}" y="{top:g}"'
            f' width="{max(1.5, right - left):.1f}" height="3"/>'
        )
