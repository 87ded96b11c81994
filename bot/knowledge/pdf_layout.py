"""How the knowledge base is laid out on the pages of a PDF."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from core.i18n.texts import Texts
from core.messages import Content, Kind
from core.playbook import FaqEntry

_FONT = "STSong-Light"
"""Every reader of PDFs brings it along for Chinese, so no font travels in the file."""
_MARGIN = 20 * mm
_LONGEST = 8_000
"""Characters of one answer; a playbook holds no longer ones, and layout takes its time."""


def laid_out(entries: Iterable[FaqEntry], title: str, say: Texts) -> bytes:
    """Return a PDF of *entries*: a heading for each category, below it questions and answers.

    Takes about two seconds for 1,000 entries, so call it in a thread.

    Args:
        entries: In their order; those of one category come together where its first one stands.
        title: Stands on top of the first page and in the file's own title.
        say: Texts of the reader.
    """
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        # The same entries give the same file.
        invariant=1,
    )

    def numbered(canvas: Any, page: Any) -> None:
        canvas.setFont(_FONT, 9)
        canvas.drawCentredString(A4[0] / 2, _MARGIN / 2, say("pdf.page", number=page.page))

    document.build(
        [Paragraph(_shown(words), _STYLES[style]) for style, words in _lines(entries, title, say)],
        onFirstPage=numbered,
        onLaterPages=numbered,
    )
    return out.getvalue()


def _style(size: int, above: int, left: int = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size} {above} {left}",
        fontName=_FONT,
        fontSize=size,
        leading=size * 1.5,
        spaceBefore=above,
        leftIndent=left,
        wordWrap="CJK",
        keepWithNext=above >= 8,
    )


_STYLES = {
    "title": _style(18, 0),
    "category": _style(14, 14),
    "question": _style(11, 8),
    "line": _style(10, 2, 12),
}


def _lines(entries: Iterable[FaqEntry], title: str, say: Texts) -> Iterator[tuple[str, str]]:
    """Yield the style and the words of every paragraph."""
    by_category: dict[str, list[FaqEntry]] = {}
    for entry in entries:
        by_category.setdefault(entry.category, []).append(entry)
    yield "title", title
    if not by_category:
        yield "line", say("pdf.empty")
    for category, together in by_category.items():
        yield "category", category.replace("/", " / ") or say("pdf.uncategorised")
        for entry in together:
            marks = [say("pdf.new")] if entry.new else []
            marks += [] if entry.enabled else [say("pdf.off")]
            yield "question", " ".join([entry.heading, *marks])
            if entry.title:
                yield "line", entry.question
            if entry.similar:
                yield "line", say("pdf.similar", words=say("word.comma").join(entry.similar))
            if entry.keywords:
                yield "line", say("pdf.keywords", words=say("word.comma").join(entry.keywords))
            if entry.valid_from or entry.valid_until:
                first, last = (
                    day.isoformat() if day else "…" for day in (entry.valid_from, entry.valid_until)
                )
                yield "line", say("pdf.valid", first=first, last=last)
            yield "line", _answer(entry.answer, say)


def _answer(answer: Content, say: Texts) -> str:
    """Return what an answer says; what is no text is named by its kind."""
    words = "\n".join(
        part for part in (answer.title, answer.text, str(answer.data.get("url", ""))) if part
    )
    if answer.kind in (Kind.TEXT, Kind.LINK):
        return words
    key = f"kind.{answer.kind.value}"
    return f"[{say(key) if key in say else answer.kind.value}] {words}".strip()


def _shown(words: str) -> str:
    return escape(words[:_LONGEST]).replace("\n", "<br/>")
