"""A matcher that takes over small changes answers like one that was fitted anew."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.matcher import KEYWORD_ALONE, FaqMatcher
from core.messages import text
from core.playbook import FaqEntry

TODAY = date(2026, 6, 15)


def entry(id: int, question: str, *similar: str, keywords: tuple[str, ...] = ()) -> FaqEntry:
    return FaqEntry(id, "", question, similar, keywords, text(f"about {question}"))


SHOP = (
    entry(1, "多久发货", "什么时候发货", keywords=("快递",)),
    entry(2, "怎么申请退款", "我要退钱"),
    entry(3, "可以开发票吗", "How do I get an invoice"),
    entry(4, "你们几点开门", "When do you open"),
)
FITTED = FaqMatcher.fit(SHOP)


def first(matcher: FaqMatcher, message: str) -> FaqEntry | None:
    (found,) = matcher.rank([message], day=TODAY)
    return found[0].entry if found else None


def test_nothing_changed() -> None:
    same = FITTED.updated(SHOP)
    assert same.stale == 0
    assert same.rank(["多久能发货"], day=TODAY) == FITTED.rank(["多久能发货"], day=TODAY)


def test_an_added_entry_is_found_at_once() -> None:
    added = entry(9, "停车场在哪里", "Where can I park my car", keywords=("车位",))
    changed = FITTED.updated([*SHOP, added])
    assert changed.stale == 1
    for message in ("停车场在哪里", "停车场在哪儿", "where do I park the car", "车位", "有车位吧"):
        assert first(changed, message) == added
        assert first(FITTED, message) != added
    assert changed.rank(["车位"], day=TODAY)[0][0].score == KEYWORD_ALONE
    assert first(changed, "多久能发货") == SHOP[0]


def test_a_changed_entry_is_found_by_its_new_words_only() -> None:
    changed_entry = replace(SHOP[0], question="运费怎么算", similar=("运费多少钱",), keywords=())
    changed = FITTED.updated([changed_entry, *SHOP[1:]])
    assert changed.stale == 1
    assert first(changed, "运费怎么算") == changed_entry
    assert first(changed, "运费是怎么算的") == changed_entry
    for message in ("多久发货", "什么时候发货呢", "快递"):
        found = changed.rank([message], day=TODAY)[0]
        assert all(m.score < changed.thresholds.offer for m in found if m.entry == changed_entry)


def test_a_changed_answer_or_validity_needs_nothing_new() -> None:
    told = replace(SHOP[0], answer=text("明天"))
    over = replace(SHOP[1], valid_until=date(2026, 6, 14))
    changed = FITTED.updated([told, over, *SHOP[2:]])
    assert changed.stale == 0
    assert first(changed, "多久发货") == told
    assert first(changed, "怎么申请退款") is None or first(changed, "怎么申请退款") != over


@pytest.mark.parametrize(
    "without", [SHOP[1:], (replace(SHOP[0], enabled=False), *SHOP[1:])], ids=["removed", "off"]
)
def test_a_removed_or_switched_off_entry_is_gone_and_comes_back(
    without: tuple[FaqEntry, ...],
) -> None:
    gone = FITTED.updated(without)
    assert gone.stale == 1
    for message in ("多久发货", "多久能发货", "快递", "说说快递"):
        assert SHOP[0] not in [match.entry for match in gone.rank([message], day=TODAY)[0]]
    assert first(gone.updated(SHOP), "多久能发货") == SHOP[0]
    assert gone.updated(SHOP).stale == 0


def test_changes_count_from_the_last_fit() -> None:
    once = FITTED.updated([*SHOP, entry(9, "停车场在哪里")])
    twice = once.updated([*SHOP, entry(9, "停车场在哪里"), entry(10, "有会员卡吗")])
    assert (once.stale, twice.stale) == (1, 2)
    assert FaqMatcher.fit(SHOP).stale == 0


def test_thresholds_stay_as_they_were_fitted() -> None:
    assert FITTED.updated(SHOP[1:]).thresholds == FITTED.thresholds


def test_a_desk_without_entries_or_ids_is_fitted_anew() -> None:
    assert first(FaqMatcher.fit([]).updated(SHOP), "多久发货") == SHOP[0]
    loose = [entry(0, "多久发货"), entry(0, "怎么退款")]
    assert first(FaqMatcher.fit(loose).updated(loose[:1]), "怎么退款") is None
    assert FITTED.updated([]).rank(["多久发货", "多久"], day=TODAY) == [[], []]


WORDS = st.text("多久发货退款申请运费怎么开门发票", min_size=2, max_size=7)
CHANGES = st.dictionaries(
    st.integers(1, 7), st.one_of(st.none(), st.lists(WORDS, min_size=1, max_size=3))
)


@given(CHANGES, st.lists(WORDS, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_after_any_changes_it_finds_what_is_there_and_nothing_else(
    changes: dict[int, list[str] | None], messages: list[str]
) -> None:
    entries = {one.id: one for one in SHOP}
    for id, questions in changes.items():
        entries.pop(id, None)
        if questions is not None:
            entries[id] = entry(id, *questions)
    now = list(entries.values())
    changed, anew = FITTED.updated(now), FaqMatcher.fit(now)
    questions = [q for one in now for q in (one.question, *one.similar)]
    for message in (*questions, *messages):
        (found,), (fresh,) = (m.rank([message], 9, day=TODAY) for m in (changed, anew))
        assert all(match.entry in now for match in found)
        exact = {match.entry.id for match in fresh if match.score == 1}
        assert {match.entry.id for match in found if match.score == 1} == exact
