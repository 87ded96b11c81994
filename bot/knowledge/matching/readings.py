"""How Han characters are read, without tones (source: see ``bot/knowledge/data``)."""

from array import array
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FIRST_READING = 16
"""Readings are numbered from here; 0 stands for "no reading"."""
MOST_READINGS = 512
"""Numbers of readings lie below; the language has about 410."""


@cache
def readings() -> NDArray[np.uint16]:
    """Return for every character of the basic plane the number of its usual reading, or 0."""
    table = np.zeros(1 << 16, dtype=np.uint16)
    lines = files("bot.knowledge").joinpath("data/readings.txt").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, FIRST_READING):
        characters = line.split(" ", 1)[1]
        table[np.frombuffer(characters.encode("utf-16-le"), dtype=np.uint16)] = number
    return table


def reading_of(code: int) -> int:
    """Return the number of the reading of a character, 0 when it has none."""
    return _of_codes()[code] if code < 1 << 16 else 0


@cache
def _of_codes() -> "array[int]":
    # One number is read from it in a third of the time that an array of numpy's takes.
    return array("H", readings().tobytes())
