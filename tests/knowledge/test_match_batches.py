"""What the matcher does for many messages together comes to the same as one by one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.matching.features import pieces, pieces_of_one
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.places import Places
from bot.knowledge.matching.scoring import best, scored, stride_for
from bot.knowledge.matching.selfcheck import base_of
from bot.knowledge.matching.slips import repaired, repaired_one
from bot.knowledge.wording import Said

NUMBERS = st.integers(0, 2**63 - 1)


@given(st.sets(NUMBERS, max_size=60), st.lists(NUMBERS, max_size=20))
def test_each_key_is_found_at_its_place_and_no_other_is(known: set[int], others: list[int]) -> None:
    """Keys that share a slot included: there are always some among sixty."""
    keys = sorted(known)
    wanted = [*keys, *others]
    found = Places.of(np.array(keys, dtype=np.int64)).of_keys(np.array(wanted, dtype=np.int64))
    assert found.tolist() == [keys.index(key) if key in known else -1 for key in wanted]


@given(
    st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.25, 0.5, 1.0]), min_size=300, max_size=300),
    st.sampled_from([1, 3, 16, 64, 128]),
)
def test_the_best_are_those_that_sorting_finds(scores: list[float], wanted: int) -> None:
    """Equal scores keep the order of the sentences, and 0 is no score."""
    row = np.zeros(stride_for(300))
    row[:300] = scores
    expected = sorted((at for at in range(300) if scores[at] > 0), key=lambda at: (-scores[at], at))
    sentences, values = best(row, wanted)
    assert sentences.tolist() == expected[:wanted]
    assert values.tolist() == [scores[at] for at in expected[:wanted]]


BASE = ["多久发货", "怎么申请退款", "可以开发票吗", "请问在哪里查看物流", "where is my invoice"]
INDEX = Index.of([Said.of(one).units for one in BASE], np.arange(5), 5)


@given(st.lists(st.text("多久发货火怎么申请退款推可以开票飘吗在哪 a", max_size=12), max_size=9))
def test_looking_at_all_slips_at_once_misses_none(texts: list[str]) -> None:
    """What is repaired is what going through each message alone repairs."""
    messages = [Said.of(one).units for one in texts]
    alone = []
    for units in messages:
        taken = pieces([units])
        strange = (INDEX.numbered(taken.keys[taken.steps]) < 0).tolist()
        alone.append(INDEX.speller.repair(units, strange))
        keys, steps = pieces_of_one(units)
        assert repaired_one(INDEX, units, keys[steps], np.array(strange, bool)) == alone[-1]
    assert repaired(INDEX, messages) == alone


SAID = [Said.of(one).units for one in [*BASE, "退货火的运费谁出", "火多久"]]
LATER = INDEX.with_later(SAID[5:], 5)
"""Its later sentences have parts of families, and pieces that are new."""


def pieces_of(index: Index, units: list[str]) -> set[int]:
    return set(index.numbered(pieces([units]).keys).tolist()) - {-1}


@given(st.booleans(), st.lists(st.sets(st.integers(0, 10**4), max_size=40), max_size=4))
def test_a_sentence_scores_what_it_shares_with_any_pieces(
    later: bool, chosen: list[set[int]]
) -> None:
    """Whole families or parts of them, of sentences that came later too."""
    index = LATER if later else INDEX
    has = [pieces_of(index, one) for one in SAID[: index.size]]
    asked = [*has, *({one % len(index.weight) for one in some} for some in chosen)]
    ends = np.cumsum([0, *map(len, asked)])
    numbers = np.array([piece for one in asked for piece in sorted(one)], dtype=np.int64)
    worth = index.weight[numbers].astype(float) ** 2
    families, (values,), cuts = index.families.folded(numbers, (worth,), ends)
    for first, last in pairwise(cuts.tolist()):
        assert len(set(families[first:last].tolist())) == last - first
    scores = scored(families, values, cuts.tolist(), index.lists, len(index.inverse))
    for at, (mine, score) in enumerate(zip(asked, scores, strict=True)):
        expected = [sum(float(index.weight[piece]) ** 2 for piece in mine & other) for other in has]
        assert score[: index.size].tolist() == pytest.approx(expected)
        assert not score[index.size :].any()
        assert at >= len(has) or (score * index.inverse).argmax() == at


def test_pieces_that_the_same_sentences_have_are_one_family() -> None:
    """And no others are; rows have each family once."""
    has = [pieces_of(INDEX, one) for one in SAID[: INDEX.size]]
    whose = {
        piece: {at for at, mine in enumerate(has) if piece in mine} for piece in set().union(*has)
    }
    families = INDEX.families
    assert len(families.of) == len(whose) > 2 * families.count
    for one, its in whose.items():
        for other, theirs in whose.items():
            assert (families.of[one] == families.of[other]) == (its == theirs)
    rows = INDEX.rows
    for at, mine in enumerate(has):
        found = rows.numbers[rows.ends[at] : rows.ends[at + 1]].tolist()
        assert sorted(found) == sorted({int(families.of[piece]) for piece in mine})


ENTRIES = [
    [*BASE[:2], "发货要多久"],
    ["退款多久到账"],
    [BASE[2], "票怎么开"],
    [BASE[3]],
    [BASE[4], "can i get an invoice"],
]
SHOP = base_of([[Said.of(one) for one in group] for group in ENTRIES])
ASKED = st.text("多久发货火怎么申请退款推可以开票飘吗在哪 invoicewhere", max_size=14)


@given(st.lists(ASKED, min_size=3, max_size=9), st.sets(st.integers(0, 4), max_size=2))
def test_a_message_alone_is_ranked_as_it_is_among_others(
    texts: list[str], hidden: set[int]
) -> None:
    """Scripts mixed, slips, messages of nothing, and entries that are hidden included."""
    messages = [Said.of(one) for one in texts]
    shown = SHOP.shown(hidden)
    together = SHOP.look(messages, [shown] * len(messages), 3)
    for message, ranked in zip(messages, together, strict=True):
        (alone,) = SHOP.look([message], [shown], 3)
        assert (alone.entries, alone.sentences) == (ranked.entries, ranked.sentences)
        assert alone.logits == pytest.approx(ranked.logits, abs=1e-3)
        assert alone.evidence == pytest.approx(ranked.evidence, abs=1e-3)
        assert not hidden & set(alone.entries)
