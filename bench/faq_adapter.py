"""The matcher behind plain data: for programs that score matchers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.knowledge.matcher import FaqMatcher
from core.messages import text
from core.playbook import FaqEntry

DAY = date(2026, 1, 1)
BEST = 5


def entry(one: dict[str, Any], number: int) -> FaqEntry:
    """Return an entry as the data files have it; *number* becomes its id."""
    similar, keywords = tuple(one["similar"]), tuple(one["keywords"])
    return FaqEntry(number, "", one["question"], similar, keywords, text(""))


class Searcher:
    """A base that was fitted once and is asked."""

    def __init__(self, kb: Sequence[dict[str, Any]], **options: Any) -> None:
        self.ids = [one["id"] for one in kb]
        self.entries = [entry(one, number) for number, one in enumerate(kb)]
        self.matcher = FaqMatcher.fit(self.entries, **options)

    def search(self, queries: Sequence[str]) -> list[list[tuple[Any, float]]]:
        """Return for each query the ids of the best entries and their scores."""
        ranked = self.matcher.rank(queries, BEST, day=DAY)
        return [[(self.ids[match.entry.id], match.score) for match in row] for row in ranked]


def match(kb: Sequence[dict[str, Any]], queries: Sequence[str]) -> list[list[tuple[Any, float]]]:
    """Fit *kb* and ask it: what a scoring program calls."""
    return Searcher(kb).search(queries)


match.build = Searcher  # type: ignore[attr-defined]
