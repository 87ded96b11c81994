"""Owners fill a country's year in: they look, confirm, and take all of it back."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from admin_bot import public_data
from core.calendar import TENANT, Calendar, Holiday, of_account
from tests.admin_bot.office import Office, Person, open_office

NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_office(sqlite_url) as opened:
        yield opened


def mine(office: Office, owner: str = TENANT) -> Calendar:
    return office.desk.playbook.now.playbook.calendars.get(owner, Calendar())


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def test_a_year_in_china_with_its_make_up_days_is_shown_confirmed_and_taken_back(
    office: Office,
) -> None:
    office.moment[0] = NEW_YEAR
    await office.olga.says("/hours mon-fri 09:00-12:00 13:00-18:00")
    await office.olga.says("/holiday")
    await office.olga.presses("Public holidays")
    assert labels(office.olga)[0] == "China", "the desk's clocks run by Shanghai's"

    said = await office.olga.presses("China")
    lines = said.splitlines()
    assert lines[0] == "China 2026"
    # The day in the middle on which nobody works anyway belongs to it.
    assert "2026-10-01..2026-10-07 National Day" in lines
    assert "2026-10-10 Make-up day, 09:00-12:00, 13:00-18:00" in lines
    assert "Holidays: 8, make-up days: 6; whole desk" in said
    assert not mine(office).holidays, "nothing is added before it is confirmed"

    await office.olga.presses("Add these 14")
    assert "Added to the calendar: 14" in office.olga.heard[-1]
    calendar = mine(office)
    national = next(one for one in calendar.holidays if one.name == "National Day")
    assert (national.first, national.last) == (date(2026, 10, 1), date(2026, 10, 7))
    assert calendar.spans_on(date(2026, 10, 10)) == ((time(9), time(12)), (time(13), time(18)))
    assert calendar.spans_on(date(2026, 10, 11)) == ()
    assert len(await office.changes("holiday")) == 14

    office.moment[0] += timedelta(seconds=30)
    await office.olga.presses("Undo")
    assert mine(office).holidays == ()
    assert mine(office).working == ()
    assert mine(office).week is not None, "only what was filled in is taken back"


async def test_what_is_there_already_is_left_alone(office: Office) -> None:
    await office.olga.says("/holiday Christmas 2026-12-24..2026-12-26 = Merry Christmas!")

    said = await office.olga.says("/holiday fill portugal 2026")
    assert said.splitlines()[:3] == [
        "Portugal 2026",
        "2026-12-01 Restoration of Independence D…",
        "2026-12-08 Immaculate Conception",
    ], "days that are over, and those that are there, are not shown"
    assert "left alone: 1" in said
    await office.olga.presses("Add these 2")
    assert len(mine(office).holidays) == 3
    assert mine(office).holiday_on(date(2026, 12, 25)) == Holiday(
        "Christmas", date(2026, 12, 24), date(2026, 12, 26), "Merry Christmas!", 1
    )

    said = await office.olga.says("/holiday fill PT 2026")
    assert "Nothing to add" in said
    assert not [label for label in labels(office.olga) if "Add these" in label]


async def test_it_is_filled_in_for_an_account_in_the_desks_language(office: Office) -> None:
    said = await office.olga.says("/holiday account=shop fill 中国 2027")
    assert "account shop" in said
    assert "Make-up days of 2027 are not in the data" in said
    await office.olga.presses("Add these")
    assert mine(office) == Calendar()
    found = mine(office, of_account("shop"))
    assert found.working == ()
    assert "National Day" in {one.name for one in found.holidays}


async def test_the_year_and_the_country_can_be_changed(office: Office) -> None:
    await office.olga.says("/holiday fill")
    await office.olga.presses("Another")
    await office.olga.says("Atlantis")
    assert "No public holidays are known for “Atlantis”" in office.olga.heard[-1]
    said = await office.olga.says("japan")
    assert said.startswith("Japan 2026")
    said = await office.olga.presses("2027")
    assert said.startswith("Japan 2027")
    assert "● 2027" in labels(office.olga)
    said = await office.olga.presses("Country")
    assert "which country" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("fill Atlantis", "No public holidays are known"),
        ("fill China 2025", "Years from 2026 to 2031"),
        ("fill China 2032", "Years from 2026 to 2031"),
    ],
)
async def test_what_cannot_be_filled_in_says_why(office: Office, words: str, why: str) -> None:
    assert why in await office.olga.says(f"/holiday {words}")


async def test_only_owners_fill_a_year_in(office: Office) -> None:
    await office.ada.says("/holiday fill China 2027")
    assert mine(office) == Calendar()
    await office.olga.says("/holiday fill China 2027")
    shown = office.olga.chat[-1]
    await office.ada.says("/help")
    add = next(b["callback_data"] for b in office.olga.buttons(shown) if "Add" in b["text"])
    await office.ada.presses_data(add)
    assert mine(office) == Calendar()


# -- the data --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "国庆节"), ("en", "National Day")])
def test_names_come_in_the_desks_language(language: str, name: str) -> None:
    year = public_data.country_year("CN", 2026, language)
    assert {one.day for one in year.days if one.name == name} == {
        date(2026, 10, day) for day in (1, 2, 3, 5)
    }, "the word for a moved day is no part of the name"
    assert {one.day.day for one in year.days if one.instead and one.day.month == 10} == {6, 7}
    assert date(2026, 10, 10) in year.worked
    assert not year.undecided


def test_what_the_moon_decides_is_marked() -> None:
    assert public_data.country_year("MY", 2030, "en").estimated
    assert not public_data.country_year("PT", 2030, "en").estimated


def test_the_time_zones_country_comes_first_and_then_the_languages() -> None:
    assert public_data.likely("zh-CN", "Asia/Shanghai")[:2] == ("CN", "HK")
    assert public_data.likely("zh-CN", "Europe/Lisbon")[:2] == ("PT", "CN")
    assert public_data.likely("en", "UTC")[0] == "US"


@pytest.mark.parametrize(
    ("words", "code"),
    [("cn", "CN"), (" 中国 ", "CN"), ("葡萄牙", "PT"), ("united states", "US"), ("xx", None)],
)
def test_countries_are_named_by_code_or_in_either_language(words: str, code: str | None) -> None:
    assert public_data.country_code(words) == code
