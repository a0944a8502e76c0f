"""What sliders people have: phenotypes, proportions, and local changes that identities can tell."""

from __future__ import annotations

from typing import Final

from bridge.animation.maker import CharacterMaker
from bridge.schema.character import Slider

PEOPLE: Final = {
    "gender": "more feminine", "age": "older", "muscle": "more muscle", "weight": "heavier",
    "height": "taller", "proportions": "less ideal proportions", "cupsize": "larger breasts",
    "firmness": "firmer breasts", "african": "more African", "asian": "more Asian",
    "caucasian": "more European",
}  # fmt: skip
"""Phenotypes, and what there is more of."""
STYLE: Final = {
    "head_size": "larger head", "neck_length": "longer neck", "torso_length": "longer torso",
    "shoulder_width": "wider shoulders", "hip_width": "wider hips", "arm_length": "longer arms",
    "arm_girth": "thicker arms", "hand_size": "larger hands", "leg_length": "longer legs",
    "leg_girth": "thicker legs", "foot_size": "larger feet",
}  # fmt: skip
"""Proportions, and what there is more of."""
LOCAL: Final = {
    "head-fat": "fuller face", "head-age": "older face", "head-scale-depth": "deeper head",
    "head-scale-horiz": "broader head", "head-scale-vert": "taller head",
    "head-back-scale-depth": "longer back of the head", "forehead-scale-vert": "higher forehead",
    "forehead-trans-forward": "forehead further forward", "forehead-nubian": "domed forehead",
    "eye-trans-up": "higher eyes", "eye-trans-out": "eyes further apart",
    "eye-scale": "larger eyes",
    "eyebrows-trans-up": "higher brows", "nose-scale-vert": "taller nose",
    "nose-scale-depth": "deeper nose", "nose-trans-forward": "nose further forward",
    "nose-trans-up": "higher nose", "nose-hump": "humped nose", "nose-base-up": "nose turned up",
    "nose-point-up": "tip of the nose up", "nose-scale-horiz": "broader nose",
    "mouth-trans-up": "higher mouth", "mouth-trans-forward": "mouth further forward",
    "mouth-scale-horiz": "wider mouth", "mouth-angles-up": "corners of the mouth up",
    "chin-height": "longer chin", "chin-prominent": "stronger chin", "chin-width": "broader chin",
    "chin-prognathism": "underbite", "cheek-volume": "fuller cheeks", "ear-scale": "larger ears",
    "ear-wing": "ears stand out", "ear-trans-up": "higher ears", "ear-flap": "larger ear lobes",
    "neck-double": "double chin", "measure-neck-circ": "thicker neck",
    "neck-scale-depth": "deeper neck", "stomach-pregnant": "rounder belly",
    "stomach-tone": "firmer belly", "measure-waist-circ": "wider waist",
    "measure-hips-circ": "rounder hips", "measure-bust-circ": "larger bust",
    "measure-shoulder-dist": "shoulders further apart", "torso-vshape": "v-shaped torso",
    "torso-muscle-dorsi": "broader back", "torso-muscle-pectoral": "stronger chest",
    "torso-scale-depth": "deeper chest", "torso-scale-horiz": "broader torso",
    "breast-dist": "breasts further apart", "breast-trans-up": "higher breasts",
    "breast-point": "pointed breasts", "buttocks-volume": "larger buttocks",
    "hip-scale-depth": "deeper hips", "hip-waist-up": "higher waist",
    "pelvis-tone": "firmer pelvis",
    "measure-thigh-circ": "thicker thighs", "measure-calf-circ": "thicker calves",
    "measure-knee-circ": "thicker knees", "measure-ankle-circ": "thicker ankles",
    "upperleg-muscle": "stronger thighs", "lowerleg-muscle": "stronger calves",
    "leg-valgus": "knees together", "upperarm-muscle": "stronger upper arms",
    "upperarm-fat": "fuller upper arms", "lowerarm-fat": "fuller forearms",
    "measure-upperarm-circ": "thicker upper arms", "hand-fingers-length": "longer fingers",
    "hand-scale": "larger palms", "foot-scale-horiz": "broader feet",
}  # fmt: skip
"""Local changes, without their side and direction, and what there is more of."""
_HEAD: Final = ("head", "forehead", "eye", "nose", "mouth", "chin", "cheek", "ear", "neck-double")


def word(change: str) -> str:
    """Give the word for programs of a local change: `nose_hump`."""
    return change.removeprefix("measure-").replace("-", "_")


def slider_of(name: str) -> Slider:
    """Say what a slider is, by its name among phenotypes, proportions or local changes."""
    if name in PEOPLE:
        return Slider(name, PEOPLE[name], "people")
    if name in STYLE:
        return Slider(name, STYLE[name], "style")
    change = {word(change): change for change in LOCAL}[name]
    return Slider(name, LOCAL[change], "head" if change.startswith(_HEAD) else "body")


def sliders_of(maker: CharacterMaker) -> tuple[Slider, ...]:
    """Give the sliders that do what they are called after, as measured when the model shipped."""
    return tuple(slider_of(name) for name in maker.model.card.text("shown").split())
