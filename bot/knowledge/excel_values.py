"""What a person sees in a cell of a sheet."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_DIGITS = re.compile(r"[#0?,]*[#0?](?:\.[#0?]+)?|\.[#0?]+")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_LARGEST_PLAIN = 1e15


def shown(cell: Any) -> str:
    """Return the text that a cell shows; empty for one that shows nothing.

    Days are written ``2026-12-31`` and moments ``2026-12-31 09:30``, however the sheet colours
    them; a number follows its format as far as digits, thousands, percent and literal text go.
    """
    value = cell.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, (int, float)):
        return _number(value, str(cell.number_format or "General"))
    text = str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def _moment(value: datetime) -> str:
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(" ", "seconds" if value.second else "minutes")


def _number(value: int | float, pattern: str) -> str:
    plain = _general(value)
    section = pattern.split(";")[1 if value < 0 and ";" in pattern else 0]
    bare = _QUOTED.sub("", section)
    digits = _DIGITS.search(bare)
    if digits is None or re.search(r"[eE/]", bare) or bare in ("General", "@"):
        return plain
    try:
        exact = Decimal(plain)
    except InvalidOperation:
        return plain
    if abs(exact) >= Decimal(_LARGEST_PLAIN):
        return plain
    if "%" in bare:
        exact *= 100
    if ";" in pattern and value < 0:
        exact = -exact
    whole, _, fraction = digits[0].partition(".")
    exact = exact.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    least = whole.count("0")
    sign = "-" if exact < 0 else ""
    front, _, back = f"{abs(exact):f}".partition(".")
    front = front.zfill(least) if least or front != "0" else ""
    if "," in whole.rstrip(","):
        front = f"{int(front or 0):,}".zfill(least)
    must = len(fraction.rstrip("#?"))
    back = back[:must] + back[must:].rstrip("0")
    literal = _QUOTED.sub(lambda m: m[1] or m[2] or m[3] or "", section)
    place = _DIGITS.search(literal)
    before, after = (literal[: place.start()], literal[place.end() :]) if place else ("", "")
    return f"{sign}{before}{front}{'.' if back else ''}{back}{after}".strip()


def _general(value: int | float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    return str(value) if isinstance(value, int) else f"{value:.15g}"
