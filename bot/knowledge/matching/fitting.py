"""Fit a base: index it, and find out from its own sentences how far to trust a score."""

from collections.abc import Sequence

from bot.knowledge.encoding import Encoder
from bot.knowledge.matching.base import Base
from bot.knowledge.matching.calibration import Calibration, calibrate
from bot.knowledge.matching.selfcheck import Remembering, base_of, check
from bot.knowledge.wording import Said


def fitted(
    said: Sequence[tuple[int, Said]], entries: int, encoder: Encoder | None
) -> tuple[Base, Calibration]:
    """Index sentences and learn from them.

    Args:
        said: At least one sentence, with the number of its entry.
        entries: Number of entries.
        encoder: What else compares sentences; left out where it does not help.
    """
    groups: list[list[Said]] = [[] for _ in range(entries)]
    for number, one in said:
        groups[number].append(one)
    checked = check(groups)
    used = encoder
    if encoder is not None:
        with_it = check(groups, Remembering(encoder))
        if with_it is not None and checked is not None:
            if with_it.share_right > checked.share_right:
                checked = with_it
            else:
                used = None
    base = base_of(groups, used)
    if checked is None:
        return base, Calibration.general(entries)
    return base, calibrate(entries, checked.evidence, checked.inside, checked.right)
