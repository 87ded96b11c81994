"""The parts of the matcher: pieces of sentences, repair of slips, an encoder, and what it loads."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.knowledge.answering import Answer, judge
from bot.knowledge.matcher import FaqMatcher
from bot.knowledge.matching.features import pieces, pieces_of_one, small
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.readings import reading_of
from bot.knowledge.matching.slips import repaired
from bot.knowledge.wording import Said, is_dense
from core.messages import text
from core.playbook import FaqEntry

TODAY = date(2026, 6, 15)


def entry(id: int, question: str, *similar: str) -> FaqEntry:
    return FaqEntry(id, "", question, similar, (), text("x"))


def spelled_out(found: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the pieces of a sentence the slow way, as text."""
    out: list[tuple[str, ...]] = []
    for word in found:
        if not is_dense(word):
            marked = f" {word} "
            out += [
                ("piece", marked[at : at + size])
                for size in (2, 3, 4, 5)
                for at in range(len(marked) - size + 1)
            ]
    if not any(map(is_dense, found)):
        return out
    line = ["^", *found, "$"]
    said = [str((is_dense(unit) and reading_of(ord(unit))) or unit) for unit in line]
    out += [("one", unit) for unit in found]
    out += [("two", *line[at : at + 2]) for at in range(len(line) - 1)]
    out += [("three", *line[at : at + 3]) for at in range(len(line) - 2)]
    out += [("sound", unit) for unit in said[1:-1]]
    out += [("sounds", *said[at : at + 2]) for at in range(len(said) - 1)]
    for apart in (1, 2, 3):
        out += [
            ("pair", *sorted((found[at], found[at + apart]))) for at in range(len(found) - apart)
        ]
    return out


@given(st.lists(st.text("发货退款到 abc 12", max_size=14), min_size=1, max_size=4))
def test_pieces_are_those_that_the_slow_way_finds(texts: list[str]) -> None:
    """Of each sentence of a batch: as many, and as many different ones; equal where text is."""
    sentences = [Said.of(one).units for one in texts]
    found = pieces(sentences)
    names: dict[int, tuple[str, ...]] = {}
    for row, units in enumerate(sentences):
        mine = sorted(found.keys[found.rows == row].tolist())
        slow = spelled_out(units)
        assert len(mine) == len(slow)
        assert len(set(mine)) == len(set(slow))
        taken, (alone, steps) = pieces([units]), pieces_of_one(units)
        assert mine == sorted(taken.keys.tolist()) == sorted(alone.tolist())
        assert alone[steps].tolist() == taken.keys[taken.steps].tolist()
        assert sorted(alone[: steps.stop].tolist()) == sorted(
            taken.keys[small(taken.keys)].tolist()
        )
        names.update(dict.fromkeys(mine, ()))
    assert len(names) == len({piece for units in sentences for piece in spelled_out(units)})


BASE = ["多久发货", "怎么申请退款", "可以开发票吗", "how do i get a refund", "where is my invoice"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("多久发火", "多久发货"),
        ("怎么请申退款", "怎么申请退款"),
        ("how do i get a refnud", "how do i get a refund"),
        ("how do i get a reund", "how do i get a refund"),
        ("howdo i get a refund", "how do i get a refund"),
        ("whereis my invoice", "where is my invoice"),
        ("where is my in voice", "where is my invoice"),
        ("多久发货", None),
        ("where is my refund", None),
        ("停车场在哪", None),
        ("zzz qqq", None),
        ("", None),
    ],
)
def test_a_slip_is_repaired_by_the_words_of_the_base(typed: str, meant: str | None) -> None:
    index = Index.of([Said.of(one).units for one in BASE], np.arange(5), 5)
    (found,) = repaired(index, [Said.of(typed).units])
    assert found == (None if meant is None else Said.of(meant).units)


class Concepts:
    """An encoder that knows three meanings, and how often it was asked."""

    dimensions = 3
    _meanings = (("ship", "delivery", "courier"), ("money", "refund", "cash"), ("bill", "invoice"))

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += len(texts)
        rows = np.array(
            [
                [0.1 + sum(word in one.lower() for word in m) for m in self._meanings]
                for one in texts
            ]
        )
        out: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(
            np.float32
        )
        return out


MEANT = [entry(1, "When do you ship?"), entry(2, "Can I get a refund?"), entry(3, "Send a bill")]


def test_an_encoder_finds_what_shares_no_letters() -> None:
    with_it = FaqMatcher.fit(MEANT, encoder=Concepts())
    for message, meant in (("courier", 1), ("cash", 2), ("invoice", 3)):
        assert with_it.rank([message], day=TODAY)[0][0].entry.id == meant
        (alone,) = FaqMatcher.fit(MEANT).rank([message], day=TODAY)
        assert all(match.score < with_it.thresholds.offer for match in alone)


def test_an_encoder_is_not_asked_about_the_very_words_of_a_question() -> None:
    encoder = Concepts()
    matcher = FaqMatcher.fit(MEANT, encoder=encoder)
    before = encoder.asked
    assert isinstance(
        judge(matcher.rank(["when do you ship"], day=TODAY)[0], matcher.thresholds), Answer
    )
    assert encoder.asked == before


def test_an_encoder_sees_entries_that_came_later() -> None:
    matcher = FaqMatcher.fit(MEANT[:2], encoder=Concepts()).updated(MEANT)
    assert matcher.rank(["invoice"], day=TODAY)[0][0].entry.id == 3


class Noise:
    """An encoder that tells nothing."""

    dimensions = 2

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if len(one) % 2 else [0.0, 1.0] for one in texts], np.float32)


def test_an_encoder_that_does_not_help_is_left_out() -> None:
    groups = [
        entry(n, f"怎么{what}", f"{what}的办法", f"想要{what}", f"能不能{what}呢")
        for n, what in enumerate(["退货", "换货", "开发票", "查物流", "改地址", "催发货"], 1)
    ]
    plain, noisy = FaqMatcher.fit(groups), FaqMatcher.fit(groups, encoder=Noise())
    asked = ["我想退货了", "地址改一下", "发票怎么弄"]
    assert noisy.rank(asked, day=TODAY) == plain.rank(asked, day=TODAY)
    assert noisy.thresholds == plain.thresholds


def test_a_desk_without_entries_loads_nothing_of_the_matching() -> None:
    program = (
        "import sys, datetime\n"
        "from bot.knowledge.matcher import FaqMatcher\n"
        "assert FaqMatcher.fit([]).rank(['hi'], day=datetime.date(2026, 1, 1)) == [[]]\n"
        "sys.exit(any(name.startswith('bot.knowledge.matching') for name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 0
