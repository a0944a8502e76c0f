"""What an operation works with: the models, and a line to the person who waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bridge.errors import CancelledError, NotFoundError
from bridge.files.model_versions import ModelVersions
from bridge.files.places import own_models_folder, state_folder
from bridge.runtime.registry import Registry, find_models_folder
from bridge.runtime.session import Model
from bridge.schema.live import LiveSettings, LiveStatus, LiveVerb, Take
from bridge.schema.mapping import DeviceMap, Learned, LearnWish
from bridge.schema.rating import FeedbackPlace, Who

if TYPE_CHECKING:
    from bridge.feedback.store import FeedbackStore
    from bridge.feedback.tastes import Tastes
    from bridge.film.learning.taste_learning import FilmTaste
    from bridge.preference.taste import Taste


class Progress(Protocol):
    """Hear how far an operation has come."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note that `done` of `total` pieces of `what` are finished."""


class Stage(Protocol):
    """What is played live, as the operations of `live` see it."""

    def status(self) -> LiveStatus:
        """Say how things stand."""

    def settings(self) -> LiveSettings:
        """Give what is set."""

    def change(self, settings: LiveSettings) -> None:
        """Set everything, from now on."""

    def perform(self, verb: LiveVerb) -> None:
        """Do something at once.

        Raises:
            RequestError: there is nothing to do it to.
        """

    def takes(self) -> tuple[Take, ...]:
        """Give the last takes, the latest first."""

    def mark(self, number: int, rating: int) -> None:
        """Show on a take what somebody thinks of it; it is kept elsewhere."""


class ControlDesk(Protocol):
    """What hears knobs, pads and pedals, as the operations of `map` see it."""

    @property
    def learning(self) -> LearnWish | None:
        """What the next control that is moved shall do; None: nothing is being learned."""

    @property
    def learned(self) -> Learned | None:
        """What came of the last `learn`; None: nothing yet."""

    def use(self, devices: tuple[DeviceMap, ...]) -> None:
        """Take these maps from now on."""

    def learn(self, wish: LearnWish) -> None:
        """Bind the next control that is moved."""

    def stop_learning(self) -> None:
        """Learn nothing any more."""


def _nobody_listens(done: int, total: int, what: str) -> None:
    """Take no note."""


class _Shelf:
    """Opens the folder of models once, whoever asks first."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._registry: Registry | None = None
        self._opening = threading.Lock()

    def registry(self) -> Registry:
        """Every model there is."""
        with self._opening:
            if self._registry is None:
                own = ModelVersions(own_models_folder())
                self._registry = Registry(find_models_folder(self._folder), own)
            return self._registry


def _usual_place() -> FeedbackPlace:
    return FeedbackPlace(state_folder())


class _Archive:
    """Opens the feedback store once, whoever asks first."""

    def __init__(self, find: Callable[[], FeedbackPlace]) -> None:
        self._find = find
        self._place: FeedbackPlace | None = None
        self._store: FeedbackStore | None = None
        self._tastes: Tastes[Taste] | None = None
        self._film_tastes: Tastes[FilmTaste] | None = None
        self._character_tastes: dict[Model, Tastes[Taste]] = {}
        self._opening = threading.Lock()

    def place(self) -> FeedbackPlace:
        """Where it lies, and whose it is."""
        with self._opening:
            return self._found()

    def store(self) -> FeedbackStore:
        """All feedback there is."""
        with self._opening:
            if self._store is None:
                from bridge.feedback.store import STORE_FILE, FeedbackStore

                self._store = FeedbackStore(self._found().folder / STORE_FILE)
            return self._store

    def tastes(self) -> Tastes[Taste]:
        """The tastes of all people in music."""
        store = self.store()
        with self._opening:
            if self._tastes is None:
                from bridge.feedback.learner import PreferenceLearner
                from bridge.feedback.tastes import Tastes
                from bridge.music.taste_features import NAMES
                from bridge.music.taste_learning import features_version, measure

                self._tastes = Tastes(store, PreferenceLearner(features_version(), NAMES, measure))
            return self._tastes

    def film_tastes(self) -> Tastes[FilmTaste]:
        """The tastes of all people in cuts."""
        store = self.store()
        with self._opening:
            if self._film_tastes is None:
                from bridge.feedback.film_learner import FilmLearner
                from bridge.feedback.tastes import Tastes
                from bridge.schema.rating import FILM

                self._film_tastes = Tastes(store, FilmLearner(), FILM)
            return self._film_tastes

    def character_tastes(self, model: Model) -> Tastes[Taste]:
        """The tastes of all people in characters, as a model tells them apart."""
        store = self.store()
        with self._opening:
            if model not in self._character_tastes:
                self._character_tastes = {model: _tastes_in_characters(store, model)}
            return self._character_tastes[model]

    def close(self) -> None:
        """Let go of the store, if it is open."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = self._tastes = self._film_tastes = None
                self._character_tastes = {}

    def _found(self) -> FeedbackPlace:
        if self._place is None:
            self._place = self._find()
        return self._place


def _tastes_in_characters(store: FeedbackStore, model: Model) -> Tastes[Taste]:
    """Give what people like in characters, learned from what a model tells of them."""
    from bridge.animation.maker import maker_for
    from bridge.animation.taste_features import NAMES
    from bridge.animation.taste_learning import features_version, measure
    from bridge.feedback.learner import PreferenceLearner
    from bridge.feedback.tastes import Tastes
    from bridge.schema.rating import CHARACTER

    maker = maker_for(model)
    learner = PreferenceLearner(features_version(maker), NAMES, partial(measure, maker))
    return Tastes(store, learner, CHARACTER)


class Studio:
    """The models, and a line to the person who waits.

    Nothing is opened before an operation needs it. Randomness is not here: it comes from the
    request's seed, so that the same request gives the same bytes.

    Args:
        models: folder of models; None looks where `find_models_folder` says.
        progress: hears how far an operation has come; None tells nobody.
        stage: what is played live; None: nothing is.
        controls: hears knobs, pads and pedals; None: nobody does.
        place: says where feedback is kept, when that is needed first; None: where Segue keeps
            what it remembers.
    """

    def __init__(
        self,
        *,
        models: Path | None = None,
        progress: Progress | None = None,
        stage: Stage | None = None,
        controls: ControlDesk | None = None,
        place: Callable[[], FeedbackPlace] | None = None,
    ) -> None:
        self._shelf = _Shelf(models)
        self._archive = _Archive(place or _usual_place)
        self.door = ""
        """What is asked through: `cli`, `http`; empty: nobody knows."""
        self._progress = progress or _nobody_listens
        self._stage = stage
        self.controls: Final = controls
        """Hears knobs, pads and pedals; None: nobody does."""
        self._cancelled = threading.Event()

    def for_job(self, progress: Progress | None = None, *, door: str = "") -> Studio:
        """Give a studio with the same models, for one job: it is cancelled by itself.

        Args:
            progress: hears how far that job has come; None tells nobody.
            door: what it was asked through; empty: as this one.
        """
        studio = Studio(progress=progress, stage=self._stage, controls=self.controls)
        studio._shelf, studio._archive = self._shelf, self._archive
        studio.door = door or self.door
        return studio

    @property
    def registry(self) -> Registry:
        """Every model there is.

        Raises:
            NotFoundError: there is no folder of models.
        """
        return self._shelf.registry()

    def model(self, name: str) -> Model:
        """Give a model: `studio.model("music/melody_vae")`.

        Raises:
            NotFoundError: there is no such model; the message names those nearby.
            CardError: its card is wrong.
        """
        return self.registry.model(name)

    @property
    def stage(self) -> Stage:
        """What is played live.

        Raises:
            NotFoundError: nothing is.
        """
        if self._stage is None:
            raise NotFoundError("nothing is played live here; start `segue serve` first")
        return self._stage

    @property
    def feedback(self) -> FeedbackStore:
        """What people said, and what is known of their taste.

        Raises:
            StorageError: it cannot be opened.
        """
        return self._archive.store()

    @property
    def tastes(self) -> Tastes[Taste]:
        """What people like in music, by all that they said until now: `tastes.know(who)`.

        Raises:
            StorageError: the store cannot be opened.
        """
        return self._archive.tastes()

    @property
    def film_tastes(self) -> Tastes[FilmTaste]:
        """What people like in cuts, and how they cut, by all that they made of cuts until now.

        Raises:
            StorageError: the store cannot be opened.
        """
        return self._archive.film_tastes()

    @property
    def character_tastes(self) -> Tastes[Taste]:
        """What people like in characters, by all that they said of them until now.

        Raises:
            NotFoundError: the model that tells characters apart is not installed.
            StorageError: the store cannot be opened.
        """
        from bridge.animation.maker import MODEL_NAME

        return self._archive.character_tastes(self.model(MODEL_NAME))

    @property
    def state_folder(self) -> Path:
        """Where Segue keeps what it remembers."""
        return self._archive.place().folder

    @property
    def who(self) -> Who:
        """Whose feedback and taste is meant where a request does not say."""
        return self._archive.place().who

    def close(self) -> None:
        """Let go of what is open; it is opened again when it is needed."""
        self._archive.close()

    def progress(self, done: int, total: int, what: str) -> None:
        """Tell the person who waits how far this is; a good place to stop if they gave up.

        Args:
            done: pieces that are finished, 0..total.
            total: pieces in all.
            what: what a piece is: `bars`.

        Raises:
            CancelledError: the person gave up.
        """
        if self._cancelled.is_set():
            raise CancelledError(f"cancelled after {done} of {total} {what}")
        self._progress(done, total, what)

    def stop_if_cancelled(self) -> None:
        """Be another good place to stop, before there is any progress.

        Raises:
            CancelledError: the person gave up.
        """
        if self._cancelled.is_set():
            raise CancelledError("cancelled before it began")

    def cancel(self) -> None:
        """Give up: the operation that runs ends at its next `progress`; from any thread."""
        self._cancelled.set()
