"""What COCO's 80 kinds of things are called (Lin and others, 2014; annotations CC-BY-4.0)."""

from __future__ import annotations

from typing import Final

_LISTED: Final = """
person, bicycle, car, motorcycle, aeroplane, bus, train, truck, boat, traffic light, fire
hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear,
zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, ball,
kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine
glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot
dog, pizza, donut, cake, chair, sofa, plant, bed, table, toilet, television, laptop, mouse,
remote control, keyboard, phone, microwave, oven, toaster, sink, refrigerator, book, clock,
vase, scissors, teddy bear, hair drier, toothbrush
"""
THINGS: Final = tuple(_LISTED.replace("\n", " ").strip().split(", "))
"""By their number, in words that somebody might look for."""
