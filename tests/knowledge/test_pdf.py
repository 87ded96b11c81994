"""The knowledge base as a PDF, read back as a reader of PDFs sees it."""

from datetime import date
from io import BytesIO

from pypdf import PdfReader

from bot.knowledge.pdf import knowledge_pdf
from core.i18n.texts import texts
from core.messages import Content, Kind, Media, text
from core.playbook import FaqEntry

ENTRIES = [
    FaqEntry(
        1, "物流/发货", "多久发货", ("几天能到",), ("快递",), text("48 小时 <内> & 包邮\n周末除外")
    ),
    FaqEntry(2, "", "Where?", (), (), Content(Kind.PHOTO, "map", Media("a", "f")), new=True),
    FaqEntry(3, "物流/发货", "运费", (), (), text("10 元"), valid_until=date(2026, 12, 31)),
    FaqEntry(4, "", "off", (), (), text("x"), enabled=False),
]


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def test_questions_and_answers_stand_under_their_category() -> None:
    (page,) = pages(knowledge_pdf(ENTRIES, "知识库", texts("zh-CN")))

    places = [
        page.index(words)
        for words in (
            *("知识库", "物流 / 发货", "多久发货", "相似问：几天能到", "关键词：快递"),
            *("48 小时 <内> & 包邮", "周末除外", "运费", "有效期：… 至 2026-12-31", "10 元"),
            *("未分类", "Where? [新]", "map", "off [停用]"),
        )
    ]
    assert places == sorted(places)


def test_the_pages_are_numbered() -> None:
    many = [FaqEntry(n, "", f"q{n}", (), (), text("答" * 200)) for n in range(60)]

    found = pages(knowledge_pdf(many, "T", texts("en")))

    assert len(found) > 3
    assert all(f"– {number} –" in page for number, page in enumerate(found, 1))
    assert sum(page.count("答") for page in found) == 60 * 200


def test_an_answer_that_is_longer_than_a_page_is_printed_whole() -> None:
    found = pages(
        knowledge_pdf([FaqEntry(1, "", "q", (), (), text("长" * 4096))], "T", texts("en"))
    )

    assert sum(page.count("长") for page in found) == 4096


def test_the_same_entries_give_the_same_file() -> None:
    say = texts("en")

    assert knowledge_pdf(ENTRIES, "T", say) == knowledge_pdf(ENTRIES, "T", say)


def test_an_empty_knowledge_base_is_a_page_that_says_so() -> None:
    assert "There is nothing here." in pages(knowledge_pdf([], "T", texts("en")))[0]
