"""How often the matcher is right on public questions: floors that a change must not break.

The sets that ``bench/faq.py`` measures in every variant; the floors lie three points and more
under what was measured when they were set.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.faq_adapter import Searcher

DATA = Path(__file__).parent.parent.parent / "bench" / "data" / "faq"


@cache
def asked(name: str, sentences: int) -> tuple[Searcher, tuple[dict[str, Any], ...]]:
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    kb = [{**one, "similar": one["similar"][: sentences - 1]} for one in data["entries"]]
    return Searcher(kb), tuple(data["queries"])


@pytest.mark.parametrize(
    ("name", "sentences", "variant", "floor"),
    [
        ("banking77_dev", 5, "text", 0.62),
        ("banking77_dev", 5, "typo", 0.59),
        ("banking77_dev", 5, "filler", 0.62),
        ("crosswoz_dev", 5, "text", 0.88),
        ("crosswoz_dev", 5, "typo", 0.88),
        ("crosswoz_dev", 5, "homophone", 0.85),
        ("tatoeba_zh_dev", 1, "text", 0.82),
        ("tatoeba_zh_dev", 1, "typo", 0.81),
        ("tatoeba_zh_dev", 1, "homophone", 0.81),
    ],
)
def test_the_right_entry_comes_first(name: str, sentences: int, variant: str, floor: float) -> None:
    searcher, queries = asked(name, sentences)
    inside = [query for query in queries if query["ids"]]
    found = searcher.search([query[variant] for query in inside])
    right = sum(
        bool(row) and row[0][0] in query["ids"] for row, query in zip(found, inside, strict=True)
    )
    assert right / len(inside) >= floor


@pytest.mark.parametrize(
    ("name", "sentences", "share"),
    [("banking77_dev", 5, 0.08), ("crosswoz_dev", 5, 0.2), ("tatoeba_zh_dev", 1, 0.12)],
)
def test_the_threshold_that_a_base_chooses_keeps_nine_answers_of_ten_right(
    name: str, sentences: int, share: float
) -> None:
    """Messages without an entry included; and a good part of the traffic is answered."""
    searcher, queries = asked(name, sentences)
    found = searcher.search([query["text"] for query in queries])
    answer = searcher.matcher.thresholds.answer
    answered = [
        row[0][0] in query["ids"]
        for row, query in zip(found, queries, strict=True)
        if row and row[0][1] >= answer
    ]
    assert sum(answered) / len(answered) >= 0.9
    assert len(answered) / len(queries) >= share


@pytest.mark.parametrize(("name", "sentences"), [("banking77_dev", 5), ("crosswoz_dev", 5)])
def test_a_stricter_target_asks_for_more(name: str, sentences: int) -> None:
    matcher = asked(name, sentences)[0].matcher
    lax, usual, strict = (matcher.thresholds_for(target) for target in (0.8, 0.95, 0.99))
    assert lax.answer < usual.answer < strict.answer
    assert usual == matcher.thresholds
    for thresholds in (lax, usual, strict):
        assert thresholds.floor <= thresholds.offer <= thresholds.answer
