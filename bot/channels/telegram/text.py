"""Text as Telegram counts and shows it: UTF-16 code units, HTML, messages of limited length."""

import html

MAX_MESSAGE = 4096
"""UTF-16 code units of one message, counted after the HTML has been parsed."""

MAX_CAPTION = 1024
"""UTF-16 code units of a caption, counted the same way."""

MAX_TITLE = 256
MAX_LABEL = 64

_ENDS = "。！？；…"


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 code units."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def printable(text: str) -> str:
    """Return *text* without what Telegram cannot take: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def one_line(text: str, most: int) -> str:
    """Return *text* on one line, cut to *most* characters with an ellipsis at the end."""
    line = " ".join(printable(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def as_html(title: str, text: str, limit: int) -> list[str]:
    """Return *title* in bold on its own line and *text* below it, as HTML of one message each.

    Every piece is at most *limit* UTF-16 code units once parsed and ends, where that is
    possible, with a paragraph, a line, a sentence or a word. Blank pieces are left out, so the
    list may be empty.
    """
    title = one_line(title, MAX_TITLE)
    body = printable(text)
    whole = f"{title}\n{body}" if title else body
    pieces = [piece for piece in split(whole, limit) if piece.strip()]
    out = [html.escape(piece, quote=False) for piece in pieces]
    if title:
        # The title is short enough to stand whole in the first piece.
        out[0] = f"<b>{html.escape(title, quote=False)}</b>" + html.escape(
            pieces[0][len(title) :], quote=False
        )
    return out


def split(text: str, limit: int) -> list[str]:
    """Cut *text* into pieces of at most *limit* (2 or more) UTF-16 code units.

    Nothing but white space at the cuts is lost, and no character is cut in half.
    """
    pieces = []
    rest = text.rstrip()
    while (most := _fitting(rest, limit)) < len(rest):
        cut = _boundary(rest, most)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    pieces.append(rest)
    return pieces


def _fitting(text: str, limit: int) -> int:
    """Return how many characters from the start of *text* fit."""
    used = 0
    for count, letter in enumerate(text[: limit + 1]):
        used += 2 if letter > "\uffff" else 1
        if used > limit:
            return count
    return len(text)


def _boundary(text: str, most: int) -> int:
    """Return where to cut: the best place in the second half of what fits, else all that fits."""
    half = max(1, most // 2)
    for end in ("\n\n", "\n"):
        at = text.rfind(end, half, most + len(end))
        if at > 0:
            return at
    # Chinese has no spaces between words, so the end of a sentence comes before a space.
    at = max(text.rfind(end, half, most) for end in _ENDS)
    if at > 0:
        return at + 1
    at = text.rfind(" ", half, most + 1)
    return at if at > 0 else most
