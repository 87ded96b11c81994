"""The matcher can say how it came to what it found."""

from datetime import date

from bot.knowledge.explaining import Compared, SameWords, Scored, Worded
from bot.knowledge.matcher import FaqMatcher
from core.messages import text
from core.playbook import FaqEntry

TODAY = date(2026, 6, 15)


def entry(id: int, question: str, *similar: str, keywords: tuple[str, ...] = ()) -> FaqEntry:
    return FaqEntry(id, "", question, similar, keywords, text("x"))


DELIVERY = entry(1, "多久发货", "什么时候发货", keywords=("快递",))
REFUND = entry(2, "怎么申请退款", "How do I get a refund?")
SHOP = FaqMatcher.fit([DELIVERY, REFUND])


def test_the_very_words_of_a_question_end_the_search() -> None:
    worded, same, scored = SHOP.explain("你好，多久發貨？谢谢", day=TODAY)
    assert worded == Worded("你好,多久发货?谢谢", "多 久 发 货", None)
    assert same == SameWords((DELIVERY,))
    assert isinstance(scored, Scored)
    assert [(match.entry, match.score) for match in scored.matches] == [(DELIVERY, 1.0)]
    assert scored.thresholds == SHOP.thresholds


def test_what_was_compared_is_told_with_its_evidence() -> None:
    worded, same, compared, scored = SHOP.explain("how do I get my refnud", day=TODAY)
    assert worded == Worded(
        "how do i get my refnud", "how do i get my refnud", "how do i get my refund"
    )
    assert same == SameWords(())
    assert isinstance(compared, Compared)
    assert isinstance(scored, Scored)
    first = compared.candidates[0]
    assert (first.entry, first.sentence, first.share) == (REFUND, "How do I get a refund?", 1.0)
    for evidence in (compared.likeness, compared.letters, compared.covered):
        assert 0.3 < evidence <= 1
    assert scored.matches == tuple(SHOP.rank(["how do I get my refnud"], day=TODAY)[0])
    assert scored.matches[0].score == round(compared.chance, 6)


def test_keywords_that_hint_are_told() -> None:
    *_, compared, scored = SHOP.explain("你们用哪家快递", day=TODAY)
    assert isinstance(compared, Compared)
    assert isinstance(scored, Scored)
    assert compared.keywords == ((DELIVERY, "快递"),)
    assert scored.matches[0].score == SHOP.thresholds.offer


def test_hidden_entries_are_no_part_of_it() -> None:
    _, same, compared, scored = SHOP.explain("多久发货", day=TODAY, hidden={1})
    assert same == SameWords(())
    assert isinstance(compared, Compared)
    assert isinstance(scored, Scored)
    assert DELIVERY not in [one.entry for one in compared.candidates]
    assert DELIVERY not in [match.entry for match in scored.matches]


def test_nothing_but_punctuation_and_nothing_taught() -> None:
    assert SHOP.explain("？！", day=TODAY) == (
        Worded("?!", "", None),
        SameWords(()),
        Scored((), SHOP.thresholds),
    )
    *_, scored = FaqMatcher.fit([]).explain("多久发货", day=TODAY)
    assert isinstance(scored, Scored)
    assert scored.matches == ()
