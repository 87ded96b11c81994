"""Reads what countries publish about their holidays from the ``holidays`` package."""

from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from core.public_days import PublicDay, PublicYear

YEARS_BEFORE = 3
"""How far back we look to learn whether a country has make-up days at all."""
LIKELY = {
    "zh-CN": ("CN", "HK", "TW", "SG", "MO", "MY"),
    "en": ("US", "GB", "IE", "CA", "AU", "SG"),
}
"""Countries that are offered to those who speak a language, the most likely first."""
_BABEL = {"zh-CN": "zh_Hans_CN", "en": "en"}
_NAMED = {"zh-CN": ("zh_CN", "zh_TW", "en_US"), "en": ("en_US",)}
"""In which languages names are wanted, the best first."""


def likely(language: str, zone: str) -> tuple[str, ...]:
    """Return the countries that are offered first: that of the time zone, then the language's.

    Args:
        language: Of the desk.
        zone: The tenant's time zone, such as ``Europe/Lisbon``.
    """
    at_home = get_global("zone_territories").get(zone)
    known = codes()
    wanted = dict.fromkeys([*([at_home] if at_home else []), *LIKELY[language]])
    return tuple(code for code in wanted if code in known)[:6]


def country_name(language: str, code: str) -> str:
    """Return a country's name in *language*; the code where it has none."""
    return str(Locale.parse(_BABEL[language]).territories.get(code, code))


def country_code(words: str) -> str | None:
    """Return the country that *words* name: its code, or its name in a language of ours."""
    wanted = words.strip().casefold()
    known = codes()
    if wanted.upper() in known:
        return wanted.upper()
    for language in _BABEL:
        for code in known:
            if country_name(language, code).casefold() == wanted:
                return code
    return None


@cache
def codes() -> frozenset[str]:
    """Return the countries that the package knows."""
    # A quarter of a second, for one command: nobody else should wait for it at the start.
    import holidays

    return frozenset(holidays.list_supported_countries(include_aliases=False))


def country_year(code: str, year: int, language: str) -> PublicYear:
    """Return what a country has published for a year, named in *language* where there are names.

    Args:
        code: One of ``codes``.
        year: The year.
        language: Of the desk.
    """
    import holidays

    spoken = holidays.country_holidays(code).supported_languages
    chosen = next((name for name in _NAMED[language] if name in spoken), None)
    if chosen is None:
        chosen = next((name for name in spoken if name.startswith(language[:2])), None)
    book = holidays.country_holidays(code, years=year, language=chosen)
    found: list[PublicDay] = []
    estimated = False
    for day in sorted(book):
        for name in book.get_list(day):
            plain, moon = _plain(book, name)
            estimated = estimated or moon
            found.append(
                PublicDay(day, plain, _between(book, "substituted_label", name) is not None)
            )
    worked = _worked(book, year)
    past = holidays.country_holidays(code, years=range(year - YEARS_BEFORE, year))
    usual = any(_worked(past, one) for one in range(year - YEARS_BEFORE, year))
    return PublicYear(
        tuple(found), frozenset(book.weekend), worked, estimated, usual and not worked
    )


def _worked(book: Any, year: int) -> frozenset[date]:
    return frozenset(day for day in book.weekend_workdays if day.year == year)


def _plain(book: Any, name: str) -> tuple[str, bool]:
    """Return a name without the words for a moved or estimated day, and whether it is estimated."""
    for label, moon in (
        ("observed_estimated_label", True),
        ("observed_label", False),
        ("estimated_label", True),
    ):
        inner = _between(book, label, name)
        if inner is not None:
            return inner, moon
    return name, False


def _between(book: Any, label: str, name: str) -> str | None:
    """Return what stands at the place of ``%s`` in one of the package's labels; else ``None``."""
    template = getattr(book, label, None)
    if not template:
        return None
    before, mark, after = book.tr(template).partition("%s")
    if not mark or not name.startswith(before) or not name.endswith(after):
        return None
    inner = name[len(before) : len(name) - len(after)]
    return inner or None
