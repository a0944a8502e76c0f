"""People with hidden tastes, and results to offer them."""

import numpy as np

from bridge.preference.taste import new_taste, rated, thompson

NAMES = ("syncopation", "leaps", "density", "range", "tempo", "minor", "rests", "arch")


def pool(seed):
    """Give features [result, feature] that hang together a little, as those of music do."""
    rng = np.random.default_rng([7, seed])
    mixing = np.eye(len(NAMES)) + 0.3 * rng.standard_normal((len(NAMES), len(NAMES)))
    results = rng.standard_normal((500, len(NAMES))) @ mixing
    return results / results.std(axis=0)


def met(likes, *, seed, offers, later=None):
    """Offer results that are chosen by a taste, which learns; give what was liked: bool [offer].

    From offer 60 on `later` is what is liked, if it is given.
    """
    rng = np.random.default_rng(seed)
    results, taste, liked = pool(seed), new_taste(NAMES), []
    for offer in range(offers):
        candidates = results[rng.choice(len(results), 24, replace=False)]
        shown = candidates[thompson(taste, candidates, rng)]
        mind = later if later and offer >= 60 else likes
        liked.append(bool(mind(shown[None])[0]))
        taste = rated(taste, shown, 1 if liked[-1] else -1)
    return np.array(liked)
