"""Figures for ranked answers: how often right, how often answered, how well it knows that it does
not know."""

from collections.abc import Sequence
from typing import Any

Ranked = Sequence[Sequence[tuple[Any, float]]]
TARGET = 0.95
NONE = float("-inf")


def figures(queries: Sequence[dict[str, Any]], ranked: Ranked, threshold: float) -> dict[str, Any]:
    """Return the figures of one set.

    ``top1`` and ``mrr5`` are over the queries that have an entry. ``coverage`` is the largest share
    of those that can be answered with 95% right (a threshold chosen with hindsight), ``auroc`` how
    well the best score tells queries with an entry from those without, ``precision`` and
    ``answered`` what *threshold* does to all of them, and ``answered_of_best`` the latter as a
    share of what a threshold chosen with hindsight would answer.
    """
    right = [
        bool(row) and row[0][0] in one["ids"] for row, one in zip(ranked, queries, strict=True)
    ]
    score = [row[0][1] if row else NONE for row in ranked]
    inside = [bool(one["ids"]) for one in queries]
    pairs = list(zip(score, right, strict=True))
    known = [pair for pair, has in zip(pairs, inside, strict=True) if has]
    places = [
        next((1 / place for place, (id, _) in enumerate(row[:5], 1) if id in one["ids"]), 0.0)
        for row, one in zip(ranked, queries, strict=True)
        if one["ids"]
    ]
    answered = [hit for value, hit in pairs if value >= threshold]
    best = coverage(pairs)
    out: dict[str, Any] = {
        "top1": sum(hit for _, hit in known) / len(known),
        "mrr5": sum(places) / len(places),
        "coverage": coverage(known),
        "threshold": threshold,
        "precision": sum(answered) / len(answered) if answered else 1.0,
        "answered": len(answered) / len(pairs),
        "answered_of_best": len(answered) / len(pairs) / best if best else None,
    }
    if not all(inside):
        out["auroc"] = auroc(
            [value for value, has in zip(score, inside, strict=True) if has],
            [value for value, has in zip(score, inside, strict=True) if not has],
        )
    return {key: None if value is None else round(value, 4) for key, value in out.items()}


def coverage(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the largest share that can be answered with ``TARGET`` of the answers right."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    most = hits = 0
    for count, (value, hit) in enumerate(ordered, 1):
        hits += hit
        last = count == len(ordered) or ordered[count][0] != value
        if last and value != NONE and hits / count >= TARGET:
            most = count
    return most / len(ordered)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Return how often one of *inside* scores above one of *outside*; a tie counts half."""
    ordered = sorted([(value, True) for value in inside] + [(value, False) for value in outside])
    ranks = 0.0
    first = 0
    while first < len(ordered):
        last = first
        while last + 1 < len(ordered) and ordered[last + 1][0] == ordered[first][0]:
            last += 1
        mean = (first + last) / 2 + 1
        ranks += mean * sum(has for _, has in ordered[first : last + 1])
        first = last + 1
    count = len(inside)
    return (ranks - count * (count + 1) / 2) / (count * len(outside))
