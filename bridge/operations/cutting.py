"""The operation `film.cut`: a rough cut of some footage, as timelines that editors open.

Films are named by their paths: the server reads them as the user that it runs as. They are never
written to, and no file that is there is ever replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import NotFoundError
from bridge.operations.cut_request import CutRequest
from bridge.operations.feedback import who_of
from bridge.operations.film import local_path
from bridge.operations.studio import Studio
from bridge.operations.table import operation
from bridge.schema.proposal import Proposal

if TYPE_CHECKING:
    from bridge.film.cutting.policy import Editor
    from bridge.schema.cutting import CutMusic, OutlineStep


@operation("film.cut")
def cut(request: CutRequest, studio: Studio) -> Proposal:
    """Propose a rough cut in several versions, as timelines with the reason for every piece."""
    from bridge.film.cutting.brief import CutWish, brief_of
    from bridge.film.cutting.proposing import propose
    from bridge.film.cutting.shoot import gather
    from bridge.film.learning.taste_learning import shot_taste
    from bridge.operations.cut_delivery import Made, deliver
    from bridge.operations.cut_files import wanted_outputs
    from bridge.operations.film_gathering import gather_films
    from bridge.operations.film_learning import film_taste

    outputs = wanted_outputs(request, studio, storyboard=request.storyboard)
    steps, music = _story(request), _music(request, studio)
    known = film_taste(who_of(request, studio), studio)
    taste = shot_taste(known)
    gathered = gather_films([local_path(film, studio) for film in request.films], studio)
    shoot = gather(gathered.films)
    wish = CutWish(
        seconds=request.seconds,
        style=request.style,
        outline=steps,
        music=music,
        keep_speech=request.keep_speech,
        habits=known.habits,
        taste=taste,
    )
    brief = brief_of(shoot, wish)
    studio.progress(0, request.versions, "versions")
    editor, planned_by = _editor(studio)
    cuts = propose(shoot, brief, editor, versions=request.versions, seed=request.seed)
    made = Made(
        cuts=cuts,
        films=gathered.films,
        music=music,
        habits=known.habits,
        planned_by=planned_by,
        notes=(
            *gathered.notes,
            *_taste_notes(known.taste.count if taste else 0),
        ),
    )
    return deliver(made, request, outputs, studio)


def _editor(studio: Studio) -> tuple[Editor | None, str]:
    """Give the trained editor, and its name; None: it isn't installed, and rules plan alone."""
    from bridge.film.cutting.policy import MODEL_NAME, Editor

    try:
        model = studio.model(MODEL_NAME)
    except NotFoundError:
        return None, "rules"
    return Editor(model), f"{model.card.name} {model.card.version}"


def _taste_notes(answers: int) -> tuple[str, ...]:
    """Say how far a taste counts."""
    if not answers:
        return ()
    return (f"what was kept and thrown away of earlier cuts counts, too: {answers} comparisons",)


def _story(request: CutRequest) -> tuple[OutlineStep, ...]:
    from bridge.files.outline import parse_outline

    return () if request.outline is None else parse_outline(request.outline)


def _music(request: CutRequest, studio: Studio) -> CutMusic | None:
    from bridge.operations.cut_music import hear_music

    return None if request.music is None else hear_music(local_path(request.music, studio), studio)
