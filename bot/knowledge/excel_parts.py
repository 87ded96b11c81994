"""What an .xlsx file consists of, looked at before any library unfolds it.

Such a file is a zip of XML parts, and both can be bombs: a few bytes that unfold to gigabytes, or
entities that stand for billions of characters. Only parts that are known to be harmless, small and
plain are handed on, in a new archive; pictures and macros stay behind.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.parsers import expat

from bot.knowledge.mistakes import Mistake

BIGGEST_FILE = 20 * 1024 * 1024
BIGGEST_UNFOLDED = 50 * 1024 * 1024
MOST_PARTS = 1_000
STEEPEST = 200
"""How many times larger than itself a file may unfold."""
_SMALL = 1024 * 1024
"""Up to here a file may be as steep as it likes."""
MOST_TAGS = 2_000_000
"""Of the sheets and the shared texts; four a cell. More take longer than anybody waits."""
MOST_OTHER_TAGS = 60_000
BIGGEST_OTHERS = 8 * 1024 * 1024
"""Of all that is neither sheet nor shared text: styles, themes, relations."""
MOST_LISTED = 1_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:[^\s<>/:!?]{1,40}:)?f[\s/>]")
_MERGED = re.compile(
    rb"<(?:[^\s<>/:!?]{1,40}:)?mergeCell\s[^<>]{0,200}?ref=[\"']([A-Z0-9:$]+)[\"']"
)
_END_OF_CELLS = re.compile(rb"</(?:[^\s<>/:!?]{1,40}:)?sheetData\s*>")
_ADDRESS = re.compile(r"[A-Z]{1,3}([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Parts:
    """A file that may be read.

    Args:
        clean: The same workbook with nothing but its checked XML.
        formulas: Row and address of each cell with a formula, as far as ``MOST_LISTED``.
        merged: First row, last row and name of each merged area, as far as ``MOST_LISTED``.
    """

    clean: bytes
    formulas: tuple[tuple[int, str], ...]
    merged: tuple[tuple[int, int, str], ...]


class _Refused(Exception):
    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.mistake = Mistake(0, key, {"line": 0, **facts})


def checked(data: bytes) -> Parts | Mistake:
    """Return what may be read of a file, or why nothing may be."""
    try:
        parts = _unfolded(data)
        first = _first_sheet(parts)
        return Parts(_folded(parts), tuple(_formulas(parts[first])), tuple(_merged(parts[first])))
    except _Refused as refused:
        return refused.mistake
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        return _Refused("excel.unreadable", why=type(error).__name__).mistake
    except (RuntimeError, expat.ExpatError, OSError) as error:
        # A part behind a password; XML that is none.
        return _Refused("excel.unreadable", why=type(error).__name__).mistake


def _unfolded(data: bytes) -> dict[str, bytes]:
    if len(data) > BIGGEST_FILE:
        raise _Refused("excel.too_big", limit=BIGGEST_FILE // 1024 // 1024)
    if data.startswith(_OLD_EXCEL):
        raise _Refused("excel.old_format")
    if not data.startswith(b"PK"):
        raise _Refused("excel.not_excel")
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        # Before the list of parts is unfolded, which is slow for a list that is all there is.
        raise _Refused("excel.bomb")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        listed = archive.infolist()
        if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > BIGGEST_UNFOLDED:
            raise _Refused("excel.bomb")
        if "xl/workbook.xml" not in archive.namelist():
            raise _Refused("excel.not_excel")
        parts: dict[str, bytes] = {}
        left = BIGGEST_UNFOLDED
        for part in listed:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _Refused("excel.unreadable", why="compression")
            with archive.open(part) as opened:
                # The stated size may be a lie: what really comes out is what counts.
                raw = opened.read(left + 1)
            left -= len(raw)
            if left < 0:
                raise _Refused("excel.bomb")
            parts[part.filename] = raw
    whole = sum(map(len, parts.values()))
    if whole > _SMALL and whole > STEEPEST * len(data):
        raise _Refused("excel.bomb")
    _check(parts)
    return parts


def _check(parts: dict[str, bytes]) -> None:
    tags = others = size = 0
    for name, raw in parts.items():
        # Of the encodings that XML parsers know by themselves, those with two bytes a character
        # would hide everything that is looked for here.
        if b"\x00" in raw or _DECLARATION.search(raw):
            raise _Refused("excel.bomb")
        if name == "xl/sharedStrings.xml":
            tags += raw.count(b"<")
            continue
        # What stands around the cells of a sheet takes the library far longer than they do.
        end = match.start() if (match := _END_OF_CELLS.search(raw)) else 0
        if not name.startswith("xl/worksheets/"):
            end = 0
        tags += raw.count(b"<", 0, end)
        others += raw.count(b"<", end)
        size += len(raw) - end
    if tags > MOST_TAGS:
        raise _Refused("excel.too_many_cells")
    if others > MOST_OTHER_TAGS or size > BIGGEST_OTHERS:
        raise _Refused("excel.bomb")


def _folded(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return out.getvalue()


def _first_sheet(parts: dict[str, bytes]) -> str:
    """Return the name of the part that holds the first sheet."""
    order: list[str] = []
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            order.extend(value for key, value in attributes.items() if key.endswith(":id"))

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("Type", "").endswith(
            "/worksheet"
        ):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _walk(parts["xl/workbook.xml"], sheet)
    _walk(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), relation)
    for one in order:
        target = targets.get(one, "")
        path = target[1:] if target.startswith("/") else f"xl/{target}"
        if target and path in parts:
            return path
    raise _Refused("excel.unreadable", why="worksheet")


def _formulas(sheet: bytes) -> list[tuple[int, str]]:
    """Return row and address of each cell that holds a formula."""
    if not _FORMULA.search(sheet):
        return []
    found: list[tuple[int, str]] = []
    here = ""

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal here
        kind = name.rpartition(":")[2]
        if kind == "c":
            here = attributes.get("r", "")
        elif kind == "f" and len(found) < MOST_LISTED:
            address = _ADDRESS.fullmatch(here)
            # Who leaves the address out has not used Excel; the file as a whole is refused then.
            found.append((int(address[1]), here) if address else (0, here[:10] or "?"))

    _walk(sheet, opened)
    return found


def _merged(sheet: bytes) -> list[tuple[int, int, str]]:
    # Loaded where it is used: see ``bot.knowledge.excel``.
    from openpyxl.utils import range_boundaries

    found: list[tuple[int, int, str]] = []
    for match in _MERGED.finditer(sheet):
        area = match[1].decode("ascii")
        _, first, _, last = range_boundaries(area)
        found.append((int(first or 0), int(last or 0), area))
        if len(found) == MOST_LISTED:
            break
    return found


def _walk(raw: bytes, opened: Any) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.Parse(raw, True)
