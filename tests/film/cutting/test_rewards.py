"""Each part of the reward, on cases so small that the better cut is plain to see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.film.cutting.adding import advanced, gains, part_gains, total
from bridge.film.cutting.brief import CutWish, brief_of, target_seconds
from bridge.film.cutting.limits import allowed, lengths
from bridge.film.cutting.shoot import gather
from bridge.film.cutting.styles import PARTS, STYLES
from bridge.film.cutting.tables import Running
from bridge.schema.cutting import JOINTS, SHOT_SCALES, CutMusic, Habits, OutlineStep
from bridge.schema.shots import People, Picture, ShotSound
from tests.film.cutting.made_shoots import asked, film, scene


def after(tables, shot, **changes):
    """Show a piece of one shot first."""
    running = Running.of(tables)
    candidate = int(np.flatnonzero(tables.candidates.shot == shot)[0])
    return replace(advanced(tables, running, candidate, 0), **changes)


def part(name, tables, running, shot):
    """Say what a part thinks of a second of one shot, 0..1, as the next piece."""
    frames = lengths(tables, running)
    table, _, _ = part_gains(tables, running, frames)
    candidate = int(np.flatnonzero((tables.candidates.shot == shot) & (frames > 0))[0])
    return float(table[candidate, PARTS.index(name)] * tables.total_frames / frames[candidate])


def picture(**changes):
    return replace(Picture(0.4, 0.2, 0.3, 0.1, 0.7, 0.9, ()), **changes)


def test_a_wide_shot_opens_better_than_a_face():
    tables = asked(film(scene(scale="LS"), scene(scale="ECU")))
    opens = [part("continuity", tables, Running.of(tables), shot) for shot in (0, 1)]
    assert opens[0] > opens[1] + 0.5


def test_within_a_scene_a_change_of_scale_flows_better_than_the_same_picture_again():
    alike = film(scene(scale="MS", like=1), scene(scale="MS", like=1), scene(scale="CU", like=2))
    tables = asked(alike, style="vlog")
    running = after(tables, 0)
    assert part("continuity", tables, running, 2) > 2 * part("continuity", tables, running, 1)


def test_who_goes_right_does_not_go_left_in_the_next_shot_of_one_place():
    def person(way):
        return People(1, 1, "", None, way)

    place = np.zeros(128)
    place[:2] = 0.6, 0.8
    other = np.zeros(128)
    other[:2] = 0.95, 0.31
    scenes = (
        scene(scale="MS", people=person("right"), embedding=tuple(place)),
        scene(scale="CU", people=person("right"), embedding=tuple(other)),
        scene(scale="CU", people=person("left"), embedding=tuple(other)),
    )
    tables = asked(film(*scenes))
    running = after(tables, 0)
    keeps, crosses = (part("continuity", tables, running, shot) for shot in (1, 2))
    assert keeps > crosses + 0.1


def test_the_camera_goes_on_the_same_way():
    scenes = (
        scene(movement="pan_right"),
        scene(movement="pan_right"),
        scene(movement="pan_left"),
    )
    tables = asked(film(*scenes))
    running = after(tables, 0)
    assert part("continuity", tables, running, 1) > part("continuity", tables, running, 2)


def test_a_piece_of_the_due_length_paces_best():
    tables = asked(film(scene(40.0), scene(40.0)), seconds=40.0, style="calm")
    running = Running.of(tables)
    frames = lengths(tables, running)
    table, _, _ = part_gains(tables, running, frames)
    worth = table[:, PARTS.index("pacing")] / np.maximum(frames, 1)
    due = target_seconds(tables.brief, 0.0, 0) * tables.brief.frame_rate
    off = np.abs(np.log(np.maximum(frames, 1) / due))
    assert off[worth.argmax()] == off.min()
    assert worth.max() > 3 * worth.min()


def test_due_lengths_are_log_normal_around_the_style():
    tables = asked(film(scene(40.0)), seconds=60.0, style="trailer")
    due = np.log([target_seconds(tables.brief, 0.42, place) for place in range(64)])
    assert np.median(due) == pytest.approx(np.log(tables.brief.median_at(0.42)), abs=0.1)
    assert 0.25 < due.std() < 0.45


@pytest.mark.parametrize("style", list(STYLES))
def test_every_style_quickens_towards_its_climax_and_rests_after_it(style):
    lasts = STYLES[style].lengths
    assert lasts[0] > lasts[1] > lasts[2] < lasts[3]


def test_the_climax_wants_what_excites_and_the_setup_what_does_not():
    loud, still = ShotSound(-12.0, 0, 0, 0, 0), ShotSound(-45.0, 0.9, 0, 0, 0)
    scenes = (
        scene(scale="CU", movement="handheld", sound=loud),
        scene(scale="LS", movement="static", sound=still),
        scene(scale="MS"),
    )
    tables = asked(film(*scenes), seconds=20.0, style="trailer")
    start = Running.of(tables)
    climax = replace(start, frames=round(0.75 * tables.total_frames))
    assert part("arc", tables, climax, 0) > part("arc", tables, climax, 1) + 0.3
    assert part("arc", tables, start, 1) > part("arc", tables, start, 0) + 0.15


def test_an_outline_wants_its_steps_in_its_order():
    scenes = (scene(tags=("harbour", "night")), scene(tags=("market", "day")))
    outline = (OutlineStep("harbour"), OutlineStep("market", 3.0))
    tables = asked(film(*scenes), seconds=8.0, outline=outline)
    early = Running.of(tables)
    late = replace(early, frames=round(0.5 * tables.total_frames))
    assert tables.brief.step_ends == (0.25, 1.0)
    assert part("arc", tables, early, 0) > part("arc", tables, early, 1) + 0.5
    assert part("arc", tables, late, 1) > part("arc", tables, late, 0) + 0.5


def test_sharp_and_well_exposed_is_better_shot_than_blurred_or_burnt():
    scenes = (
        scene(picture=picture()),
        scene(picture=picture(sharpness=0.1)),
        scene(picture=picture(exposure=0.1)),
        scene(movement="handheld", movement_confidence=1.0),
    )
    tables = asked(film(*scenes))
    good, *others = (part("quality", tables, Running.of(tables), shot) for shot in range(4))
    assert all(good > other + 0.1 for other in others)


def test_who_speaks_is_not_cut_off_without_loss():
    tables = asked(film(scene(6.0), scene(6.0), talk=((0.0, 6.0),)))
    spans = tables.candidates
    running = Running.of(tables)
    frames = lengths(tables, running)
    table, _, _ = part_gains(tables, running, frames)
    sound = table[:, PARTS.index("sound")] / np.maximum(frames, 1)
    cuts = spans.cuts_speech.any(axis=1)
    assert cuts.any() and not cuts.all()
    assert sound[~cuts].min() > sound[cuts].max()


def test_a_cut_on_the_beat_sounds_better_and_pieces_end_on_beats():
    beats = tuple(np.arange(0.5, 20.0, 0.5).tolist())
    music = CutMusic("/m.wav", 20.0, beats, beats[::4], (0.5,), (0.5,))
    tables = asked(film(scene(30.0), talk=()), music=music, style="vlog")
    on_beat = np.isin(lengths(tables, Running.of(tables)), tables.beats)
    assert on_beat.mean() > 0.9
    assert part("sound", tables, Running.of(tables), 0) == pytest.approx(1.0)


def test_something_new_holds_the_audience_more_than_the_same_again():
    scenes = (scene(like=1), scene(like=1), scene(like=2))
    tables = asked(film(*scenes), style="vlog")
    running = after(tables, 0)
    assert part("audience", tables, running, 2) > part("audience", tables, running, 1) + 0.4


def test_a_key_shot_covers_more_and_a_second_take_of_it_nothing():
    scenes = (
        scene(take=1, key_shot=True, importance=0.9),
        scene(take=1, best_take=False, importance=0.8),
        scene(take=2, importance=0.2),
    )
    tables = asked(film(*scenes), style="vlog")
    column = PARTS.index("coverage")

    def covers(running, shot):
        table, _, _ = part_gains(tables, running, lengths(tables, running))
        return float(table[tables.candidates.shot == shot, column].max())

    start = Running.of(tables)
    assert covers(start, 0) > 2 * covers(start, 2)
    assert covers(after(tables, 0), 1) == 0
    assert covers(after(tables, 0), 2) > 0


def test_sound_leads_into_who_speaks_and_dissolves_join_what_differs():
    speaks = ShotSound(-20.0, 0.0, 0.9, 0.0, 0)
    quiet = ShotSound(-20.0, 0.0, 0.0, 0.0, 0)
    scenes = (scene(sound=quiet, like=1), scene(sound=speaks), scene(sound=quiet, like=1))
    tables = asked(film(*scenes))
    fits = {joint: tables.fits[index] for index, joint in enumerate(JOINTS)}
    assert fits["j_cut"][0, 1] > 2 * fits["j_cut"][0, 2]
    assert fits["l_cut"][1, 2] > 2 * fits["l_cut"][0, 2]
    assert fits["dissolve"][0, 1] > fits["dissolve"][0, 2] + 0.3


def test_too_many_of_one_joint_are_worth_less():
    tables = asked(film(*(scene() for _ in range(6))), style="calm")
    one = after(tables, 0, joints=np.array([4, 0, 0, 0, 0]))
    many = after(tables, 0, joints=np.array([4, 12, 0, 0, 0]))
    joints = [part_gains(tables, each, lengths(tables, each))[1] for each in (one, many)]
    assert joints[0][-1, 1] > joints[1][-1, 1] * 2


def test_taste_counts_only_where_there_is_one():
    scenes = (scene(scale="CU"), scene(scale="LS"))
    shoot = gather([film(*scenes)])
    plain = brief_of(shoot, CutWish(10.0, "calm"))
    likes = brief_of(
        shoot,
        CutWish(
            10.0, "calm", taste=lambda shots: np.array([float(s.scale == "CU") for s in shots])
        ),
    )
    assert plain.weights["taste"] == 0 < likes.weights["taste"]
    tables = asked(film(*scenes), taste=likes.taste)
    start = Running.of(tables)
    assert part("taste", tables, start, 0) == 1.0
    assert part("taste", tables, start, 1) == 0.5


def test_habits_bend_the_brief_and_are_told():
    shoot = gather([film(scene())])
    scales = tuple(1.5 if scale == "CU" else 0.0 for scale in SHOT_SCALES)
    joints = tuple(2.0 if joint == "dissolve" else 0.0 for joint in JOINTS)
    habits = Habits(3, pace=0.5, joints=joints, scales=scales, reaction=1.0)
    usual = brief_of(shoot, CutWish(30.0, "documentary"))
    bent = brief_of(shoot, CutWish(30.0, "documentary", habits=habits))
    assert bent.lengths == pytest.approx(usual.lengths * 0.5)
    assert bent.joints[1] > 3 * usual.joints[1]
    assert bent.scales[1] > usual.scales[1]
    said = " ".join(bent.habits_used)
    assert all(
        word in said for word in ("0.50 times", "more dissolves", "more close-ups", "3 cuts")
    )
    assert usual.habits_used == ()


def test_the_sum_of_what_was_gained_is_the_score():
    tables = asked(film(*(scene() for _ in range(5))), seconds=16.0)
    running, gained = Running.of(tables), 0.0
    while np.isfinite(table := gains(tables, running)).any():
        place = int(table.argmax())
        gained += float(table.ravel()[place])
        running = advanced(tables, running, place // len(JOINTS), place % len(JOINTS))
    assert gained == pytest.approx(total(tables, running), abs=1e-5)
    assert 0 < gained <= 1


def test_the_weight_of_every_part_is_heard():
    films = film(*(scene(key_shot=place == 0) for place in range(3)))
    shoot = gather([films])
    for name in PARTS:
        brief = replace(brief_of(shoot, CutWish(10.0, "calm")), weights={name: 1.0})
        tables = replace(asked(films), brief=brief, weights=np.eye(len(PARTS))[PARTS.index(name)])
        table = gains(tables, Running.of(tables))
        assert np.isfinite(table).any()
        assert table[np.isfinite(table)].max() > 0


def test_nothing_jumps_unless_the_style_lets_it():
    scenes = (scene(take=1), scene(take=1), scene(take=2))
    strict, loose = (asked(film(*scenes), style=style) for style in ("calm", "vlog"))
    for tables, may in ((strict, False), (loose, True)):
        running = after(tables, 0)
        table = allowed(tables, running, lengths(tables, running))
        assert table[tables.candidates.shot == 1].any() == may
        assert table[tables.candidates.shot == 2].any()


def test_a_flash_is_shown_only_where_there_is_nothing_else():
    tables = asked(film(scene(8.0), scene(0.6), scene(8.0)), seconds=20.0, style="documentary")
    start = Running.of(tables)
    may = allowed(tables, start, lengths(tables, start)).any(axis=1)
    assert set(tables.candidates.shot[may].tolist()) == {0, 2}
    only = asked(film(scene(0.6)), seconds=20.0, style="documentary")
    start = Running.of(only)
    assert allowed(only, start, lengths(only, start)).any()


def test_what_was_seen_comes_back_only_where_there_is_nothing_new_or_the_style_returns():
    scenes = (scene(15.0), scene(15.0), scene(15.0))

    def may_follow(style, *shots):
        tables = asked(film(*scenes), seconds=60.0, style=style)
        running = Running.of(tables)
        for shot in shots:
            may = allowed(tables, running, lengths(tables, running))[:, 0]
            places = np.flatnonzero(may & (tables.candidates.shot == shot))
            earliest = int(places[tables.candidates.start[places].argmin()])
            running = advanced(tables, running, earliest, 0)
        may = allowed(tables, running, lengths(tables, running)).any(axis=1)
        return set(tables.candidates.shot[may].tolist())

    assert may_follow("documentary", 0, 1) == {2}
    assert may_follow("documentary", 0, 1, 2) == {0, 1}
    assert may_follow("interview", 0, 1) == {0, 2}


def test_a_dip_to_black_opens_a_new_part_of_the_story():
    tables = asked(film(*(scene() for _ in range(4))), seconds=20.0)
    dip = JOINTS.index("dip")
    within = after(tables, 0, frames=round(0.4 * tables.total_frames))
    opening = after(tables, 0, frames=round(0.63 * tables.total_frames))
    worth = [
        part_gains(tables, each, lengths(tables, each))[1][-1, dip] for each in (within, opening)
    ]
    assert worth[1] > 2 * worth[0]


def test_what_follows_in_a_shot_is_shown_after_what_came_before_it():
    tables = asked(film(scene(60.0), scene(60.0)), seconds=40.0, style="interview")
    spans, start = tables.candidates, Running.of(tables)
    may = allowed(tables, start, lengths(tables, start))[:, 0]
    middle = int(np.flatnonzero(may & (spans.shot == 0) & (spans.start > 20.0))[0])
    running = advanced(tables, start, middle, 0)
    other = int(np.flatnonzero(spans.shot == 1)[0])
    running = advanced(tables, running, other, 0)
    may = allowed(tables, running, lengths(tables, running)).any(axis=1)
    assert spans.start[may & (spans.shot == 0)].min() > spans.start[middle]


def test_where_speech_is_welcome_the_part_with_speech_is():
    tables = asked(film(scene(30.0), talk=((2.0, 9.0),)), seconds=20.0, style="interview")
    start, spans = Running.of(tables), tables.candidates
    values, _, _ = part_gains(tables, start, np.ones(len(spans), int))
    arc = values[:, PARTS.index("arc")]
    assert arc[spans.speech.argmax()] > arc[spans.speech.argmin()]
