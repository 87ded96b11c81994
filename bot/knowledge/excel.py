"""Excel files as rows of text: read so that no file can do harm, written so that none can either.

A cell is what a person sees in it. A formula is refused: what it would give depends on a program
that is not here. Every mistake is told with its row, and what is wrong with one row says nothing
about the others.
"""

import re
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from rapidfuzz import process

from bot.knowledge.excel_parts import MOST_LISTED, Parts, checked
from bot.knowledge.excel_values import shown
from bot.knowledge.mistakes import Mistake, shortened
from core.errors import BadRequestText
from core.i18n.texts import LANGUAGES, Texts, texts

MOST_COLUMNS = 60
LAST_ROW = 1_048_576
"""What Excel itself can hold."""
LONGEST_CELL = 32_767
"""The same, in characters."""
MOST_MISTAKES = 1_000
"""Further ones of one file are not listed; nobody reads them before these are put right."""
_WIDEST = 60
_MOST_PADDING = 2_000_000
_RISKY = ("=", "+", "-", "@", "\t")
_MARKS = re.compile(r"[*＊]|\((required|必填)\)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Args:
        name: What the program calls it; its heading in each language is the text
            ``excel.column.<name>``. The name itself is taken for a heading too.
        required: Whether the sheet must have it and every row must fill it.
        longest: Characters that a cell may have.
    """

    name: str
    required: bool = False
    longest: int = LONGEST_CELL


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet.

    Args:
        number: Its number as Excel shows it, from 1; the headings have one too.
        values: Text by column name; empty where the cell is, or where the column is missing.
        missing: The columns that the sheet does not have.
    """

    number: int
    values: Mapping[str, str]
    missing: frozenset[str] = frozenset()


class BadSheet(BadRequestText):
    """A sheet with mistakes.

    Args:
        mistakes: All of them (the first thousand), from the top to the bottom; ``line`` is the
            row, and 0 for what is wrong with the whole file.
        rows: The rows that have none; none at all when the file as a whole cannot be read.
    """

    def __init__(self, mistakes: Sequence[Mistake], rows: Sequence[Row] = ()) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        self.rows = tuple(rows)
        super().__init__("excel.bad", count=len(self.mistakes))


def read_rows(
    data: bytes, columns: Sequence[Column | str], *, most_rows: int = 10_000
) -> list[Row]:
    """Read the rows of the first sheet that hold something.

    The first of them names the columns, in any order, in English or Chinese.

    Args:
        data: An .xlsx file.
        columns: What to look for; a plain text is a column that may be missing.
        most_rows: Rows that a file may have.

    Raises:
        BadSheet: There are mistakes; ``rows`` of it are those without.
    """
    reader = _Reader(
        [Column(column) if isinstance(column, str) else column for column in columns], most_rows
    )
    rows = reader.rows(data)
    if reader.mistakes:
        raise BadSheet(reader.mistakes, rows)
    return rows


def template(
    title: str,
    columns: Sequence[Column | str],
    examples: Iterable[Mapping[str, str]] = (),
    *,
    say: Texts,
) -> bytes:
    """Return an .xlsx file to fill in: the headings, and *examples* by column name below."""
    names = [column if isinstance(column, str) else column.name for column in columns]
    musts = {column.name for column in columns if isinstance(column, Column) and column.required}
    headings = [heading(name, say) + ("*" if name in musts else "") for name in names]
    rows = [[example.get(name, "") for name in names] for example in examples]
    return write_rows(title, headings, rows)


def write_rows(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return an .xlsx file of one sheet whose first row stays in sight.

    Texts stay texts: none becomes a formula, whatever it begins with. Numbers stay numbers;
    everything else is written as ``str`` has it, and ``None`` as an empty cell.

    Args:
        title: Name of the sheet; what Excel does not take in it is left out.
        headings: The first row.
        rows: The others, as wide as that one.
    """
    body = [[_plain(value) for value in row] for row in rows]
    book = _openpyxl().Workbook(write_only=True)
    sheet: Any = book.create_sheet(re.sub(r"[\\/*?:\[\]]", "", title)[:31] or None)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(headings, 1):
        longest = max([_width(name), *(_width(row[number - 1]) for row in body[:200])])
        sheet.column_dimensions[_openpyxl().utils.get_column_letter(number)].width = min(
            longest + 2, _WIDEST
        )
    sheet.append([_cell(sheet, name, bold=True) for name in headings])
    for row in body:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def heading(name: str, say: Texts) -> str:
    """Return what a column is called in the language of *say*."""
    key = f"excel.column.{name}"
    return say(key) if key in say else name


class _Reader:
    def __init__(self, columns: Sequence[Column], most_rows: int) -> None:
        self.columns = {column.name: column for column in columns}
        self.most_rows = most_rows
        self.mistakes: list[Mistake] = []
        self._bad: set[int] = set()
        """Rows with mistakes; 0 when no row can be trusted."""
        self._missing: frozenset[str] = frozenset()
        self._merged: list[tuple[int, int]] = []
        self._padding = 0
        self._by_heading = {
            _folded(written): column.name
            for column in columns
            for written in (column.name, *_headings(column.name))
        }

    def note(self, row: int, key: str, /, **facts: Any) -> None:
        """Remember a mistake in a row; 0: in the whole file."""
        self._bad.add(row)
        if len(self.mistakes) < MOST_MISTAKES:
            self.mistakes.append(Mistake(row, key, {"line": row, **facts}))

    def rows(self, data: bytes) -> list[Row]:
        parts = checked(data)
        if isinstance(parts, Mistake):
            self.mistakes.append(parts)
            return []
        for first, _, area in parts.merged:
            self.note(first, "excel.merged", area=area)
        for row, address in parts.formulas:
            self.note(row, "excel.formula", cell=address)
        self._merged = _together((first, last) for first, last, _ in parts.merged)
        found = self._found(parts)
        if 0 in self._bad or MOST_LISTED in (len(parts.merged), len(parts.formulas)):
            return []
        return [row for row in found if not self._spoilt(row.number)]

    def _spoilt(self, number: int) -> bool:
        # All but the first cell of a merged area are empty, whatever a person sees in them.
        place = bisect_right(self._merged, (number, LAST_ROW)) - 1
        return number in self._bad or (place >= 0 and number <= self._merged[place][1])

    def _found(self, parts: Parts) -> list[Row]:
        named: dict[int, str] | None = None
        found: list[Row] = []
        count = 0
        try:
            for number, cells in self._cells(parts):
                if named is None:
                    named = self._named(number, cells)
                    if 0 in self._bad:
                        return []
                    continue
                count += 1
                if count > self.most_rows:
                    self.note(0, "excel.too_many_rows", limit=self.most_rows)
                    return []
                found.append(self._row(number, cells, named))
        except Exception as error:  # Whatever the library stumbles over is no fault of ours.
            self.note(0, "excel.unreadable", why=type(error).__name__)
            return []
        if named is None:
            self.note(0, "excel.empty")
        return found

    def _cells(self, parts: Parts) -> Iterator[tuple[int, dict[int, tuple[str, str]]]]:
        """Yield the number and the filled cells (text and kind) of each row that has any."""
        with warnings.catch_warnings():
            # The library tells about each thing of Excel's that it does not know.
            warnings.simplefilter("ignore")
            yield from self._filled(parts)

    def _filled(self, parts: Parts) -> Iterator[tuple[int, dict[int, tuple[str, str]]]]:
        # The rows of formulas are refused already: the library need not read the formulas.
        book = _openpyxl().load_workbook(
            BytesIO(parts.clean), read_only=True, data_only=True, keep_links=False
        )
        try:
            sheet: Any = book.worksheets[0]
            # The size that the file states may be wrong either way.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.rows, 1):
                if number > LAST_ROW:
                    self.note(0, "excel.too_many_rows", limit=self.most_rows)
                    return
                self._padding += len(row) if len(row) > MOST_COLUMNS else 0
                if self._padding > _MOST_PADDING:
                    self.note(0, "excel.too_wide", limit=MOST_COLUMNS)
                    return
                cells = {
                    place: (text, cell.data_type)
                    for place, cell in enumerate(row, 1)
                    if cell.value is not None and (text := shown(cell))
                }
                if cells:
                    yield number, cells
        finally:
            book.close()

    def _named(self, number: int, cells: Mapping[int, tuple[str, str]]) -> dict[int, str]:
        """Return the column's name by its place."""
        named: dict[int, str] = {}
        for place, (written, _) in cells.items():
            if len(self.mistakes) >= MOST_MISTAKES:
                break
            name = self._by_heading.get(_folded(written))
            cell = f"{_openpyxl().utils.get_column_letter(place)}{number}"
            if name is None:
                known = [one for column in self.columns for one in _headings(column)]
                nearest = process.extractOne(written[:40], known)
                self.note(
                    0,
                    "excel.unknown_heading",
                    cell=cell,
                    heading=shortened(written),
                    nearest=nearest[0] if nearest else "",
                )
            elif name in named.values():
                self.note(0, "excel.double_heading", cell=cell, heading=shortened(written))
            else:
                named[place] = name
        for column in self.columns.values():
            if column.required and column.name not in named.values():
                both = " / ".join(_headings(column.name))
                self.note(0, "excel.missing_heading", heading=both)
        self._missing = frozenset(self.columns.keys() - named.values())
        return named

    def _row(
        self, number: int, cells: Mapping[int, tuple[str, str]], named: Mapping[int, str]
    ) -> Row:
        values = dict.fromkeys(self.columns, "")
        for place, (text, kind) in cells.items():
            cell = f"{_openpyxl().utils.get_column_letter(place)}{number}"
            name = named.get(place)
            if name is None:
                self.note(number, "excel.no_heading", cell=cell)
            elif kind == "e":
                self.note(number, "excel.error_value", cell=cell, value=shortened(text))
            else:
                values[name] = text
                limit = self.columns[name].longest
                if len(text) > limit:
                    self.note(number, "excel.too_long", cell=cell, length=len(text), limit=limit)
        if not self._spoilt(number):
            for column in self.columns.values():
                if column.required and not values[column.name]:
                    place = next(place for place, name in named.items() if name == column.name)
                    self.note(
                        number,
                        "excel.missing_value",
                        cell=f"{_openpyxl().utils.get_column_letter(place)}{number}",
                        heading=" / ".join(_headings(column.name)),
                    )
        return Row(number, values, self._missing)


def _openpyxl() -> Any:
    """Return the library for sheets, loaded when the first sheet is read or written.

    It takes 13 MB and a fifth of a second, and most processes never see a sheet.
    """
    import openpyxl.cell.cell
    import openpyxl.styles
    import openpyxl.utils

    return openpyxl


def _headings(name: str) -> list[str]:
    """Return what a column is called in every language."""
    return [heading(name, texts(language)) for language in LANGUAGES]


def _together(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans of rows so that none overlap, in their order."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return out


def _folded(written: str) -> str:
    plain = unicodedata.normalize("NFKC", written).casefold()
    return " ".join(_MARKS.sub("", plain).replace("_", " ").split())


def _plain(value: object) -> int | float | str | None:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    clean: str = _openpyxl().cell.cell.ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return clean[:LONGEST_CELL]


def _width(value: object) -> int:
    """Return how wide the longest line of a cell is, in characters of a Latin script."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line[:_WIDEST])
            for line in str("" if value is None else value).split("\n")
        ),
        default=0,
    )


def _cell(sheet: Any, value: int | float | str | None, *, bold: bool = False) -> Any:
    cell: Any = _openpyxl().cell.WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # The library takes what begins with "=" for a formula, and "#N/A" for an error.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_RISKY)
    cell.alignment = _openpyxl().styles.Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = _openpyxl().styles.Font(bold=True)
    return cell
