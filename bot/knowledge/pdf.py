"""The knowledge base as a PDF to read or to print: by category, with numbered pages."""

from collections.abc import Iterable

from core.i18n.texts import Texts
from core.playbook import FaqEntry


def knowledge_pdf(entries: Iterable[FaqEntry], title: str, say: Texts) -> bytes:
    """Return a PDF of *entries*: a heading for each category, below it questions and answers.

    Takes about two seconds for 1,000 entries, so call it in a thread.

    Args:
        entries: In their order; those of one category come together where its first one stands.
        title: Stands on top of the first page and in the file's own title.
        say: Texts of the reader.
    """
    # What lays pages out takes 15 MB, and most processes never write a PDF.
    from bot.knowledge.pdf_layout import laid_out

    return laid_out(entries, title, say)
