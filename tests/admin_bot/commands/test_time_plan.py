"""Owners at the time plan: weekly hours, make-up days and holidays, through the staff bot."""

from collections.abc import AsyncIterator
from datetime import date, time, timedelta

import pytest

from admin_bot.commands import holiday, hours
from admin_bot.commands.all import COMMANDS
from admin_bot.commands.holiday_card import HOLIDAYS, WORKING, View
from core.calendar import (
    STANDARD_WEEK,
    TENANT,
    Calendar,
    Closed,
    Holiday,
    Open,
    WorkingDays,
    of_account,
    of_group,
)
from core.playbook import calendar_for
from tests.admin_bot.office import NOON, Office, Person, open_office

DAY = ((time(9), time(18)),)
SPLIT = ((time(9), time(12)), (time(13), time(18)))


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    mine = [one.COMMAND for one in (hours, holiday) if one.COMMAND not in COMMANDS]
    async with open_office(sqlite_url, extra_commands=mine) as opened:
        yield opened


def now(office: Office) -> dict[str, Calendar]:
    """Return the calendars that are in force."""
    return dict(office.desk.playbook.now.playbook.calendars)


def state(office: Office, account: str = "shop", after: timedelta = timedelta()) -> Open | Closed:
    calendar = calendar_for(office.desk.playbook.now.playbook, account, None)
    return calendar.state_at((NOON + after).astimezone(office.desk.config.zone))


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


# -- hours -----------------------------------------------------------------------------------------


@pytest.mark.requirement("PRM-10")
async def test_hours_are_switched_on_with_the_usual_week_and_off_after_a_question(
    office: Office,
) -> None:
    said = await office.olga.says("/hours")
    assert "always open" in said
    assert state(office) == Open()

    said = await office.olga.presses("hours_on:t")
    assert "mon-fri 09:00-18:00" in said
    assert "sat-sun closed" in said
    assert now(office)[TENANT].week == STANDARD_WEEK
    # The office's clock shows 20:00 on a Sunday in Shanghai.
    assert "Closed now. Next opening: 2026-11-23 09:00" in said

    said = await office.olga.presses("hours_off:t")
    assert "Switch them off?" in said
    assert now(office)[TENANT].week == STANDARD_WEEK
    await office.olga.presses("hours_off_yes:t")
    assert now(office) == {}


@pytest.mark.requirement("PRM-10")
async def test_each_weekday_has_times_of_its_own(office: Office) -> None:
    await office.olga.says("/hours on")

    await office.olga.presses("hours_day:t:5")
    said = await office.olga.says("10:00-12:00 13:00-14:00")
    assert "sat 10:00-12:00, 13:00-14:00" in said
    await office.olga.presses("hours_day:t:0")
    said = await office.olga.says("closed")

    week = now(office)[TENANT].week
    assert week == ((), *STANDARD_WEEK[1:5], ((time(10), time(12)), (time(13), time(14))), ())


async def test_what_is_no_time_is_asked_for_again(office: Office) -> None:
    await office.olga.says("/hours on")
    await office.olga.presses("hours_day:t:1")

    said = await office.olga.says("in the morning")
    assert "not a time" in said
    await office.olga.says("10:00-12:00 09:00-11:00")
    assert "overlap" in office.olga.heard[-1]
    await office.olga.says("09:00-11:00")

    week = now(office)[TENANT].week
    assert week is not None
    assert week[1] == ((time(9), time(11)),)


async def test_cancelling_leaves_the_hours_as_they_are(office: Office) -> None:
    await office.olga.says("/hours on")
    await office.olga.presses("hours_week:t")
    waiting = office.olga.chat[-2]

    said = await office.olga.presses("Cancel", waiting)
    assert "mon-fri 09:00-18:00" in said
    await office.olga.says("sun 10:00-11:00")

    assert now(office)[TENANT].week == STANDARD_WEEK


@pytest.mark.requirement("QUE-28", "PRM-14")
async def test_an_account_and_a_group_have_hours_of_their_own(office: Office) -> None:
    await office.olga.says("/hours mon-fri 09:00-18:00")
    await office.olga.says("/hours shop mon-fri 09:00-12:00 13:00-18:00; sun 19:00-21:00")
    said = await office.olga.says("/hours group=default always")
    assert "group Front desk" in said

    assert state(office, "shop") == Open()
    assert isinstance(state(office, "club"), Closed)
    group = next(owner for owner in now(office) if owner.startswith("group:"))
    assert now(office)[group].limited
    shop = now(office)[of_account("shop")].week
    assert shop == (*((SPLIT,) * 5), (), ((time(19), time(21)),))

    said = await office.olga.says("/hours shop off")
    assert "those of the whole desk" in said.replace("\n", " ")
    await office.olga.presses("hours_off_yes:a1")
    assert isinstance(state(office, "shop"), Closed)
    assert of_account("shop") not in now(office)
    assert of_group(1) in now(office)


async def test_a_button_leads_to_the_hours_of_each_account_and_group(office: Office) -> None:
    await office.olga.says("/hours")
    assert labels(office.olga).count("● whole desk") == 1

    said = await office.olga.presses("account club")
    assert "Hours: account club" in said
    assert "No hours of its own" in said
    await office.olga.presses("hours_week:a2")
    await office.olga.says("daily 10:00-20:00")

    assert now(office)[of_account("club")].week == (((time(10), time(20)),),) * 7


async def test_months_are_turned_over(office: Office) -> None:
    await office.olga.says("/hours on")
    assert "2026-11\n" in office.olga.heard[-1]

    assert "2026-12\n" in await office.olga.presses("2026-12 ›")
    assert "2027-01\n" in await office.olga.presses("2027-01 ›")
    assert "2026-11\n" in await office.olga.presses_data("hours_show:t:9999-99")
    assert "2026-11\n" in await office.olga.presses_data("hours_show:g99:x")


@pytest.mark.parametrize("words", ["noon", "nobody mon-fri 09:00-18:00", "account=x on"])
async def test_what_is_no_week_changes_nothing(office: Office, words: str) -> None:
    said = await office.olga.says(f"/hours {words}")

    assert "not a time" in said or "No such account" in said
    assert now(office) == {}


async def test_hours_are_taken_back_with_a_button(office: Office) -> None:
    await office.olga.says("/hours on")
    await office.olga.says("/hours always")

    await office.olga.presses("Undo")

    assert now(office)[TENANT].week == STANDARD_WEEK
    (taken, *_) = await office.changes("hours")
    assert (taken.action, taken.actor) == ("undo", "Olga")


# -- holidays and make-up days ---------------------------------------------------------------------


@pytest.mark.requirement("PRM-12")
async def test_a_holiday_is_added_edited_and_deleted(office: Office) -> None:
    said = await office.olga.says("/holiday 国庆 2026-10-01..2026-10-07 = 国庆放假 = 休息")
    assert "国庆放假 = 休息" in said
    added = Holiday("国庆", date(2026, 10, 1), date(2026, 10, 7), "国庆放假 = 休息", 1)
    assert now(office)[TENANT].holidays == (added,)

    await office.olga.presses("Name")
    await office.olga.says("National day")
    await office.olga.presses("Days")
    await office.olga.says("2026-11-22..2026-11-22")
    await office.olga.presses("Reply")
    await office.olga.says("Back on Monday.")
    today = date(2026, 11, 22)
    changed = Holiday("National day", today, today, "Back on Monday.", 1)
    assert now(office)[TENANT].holidays == (changed,)
    # From 00:00:00 of the day; it is 20:00 by the desk's clock, four hours before its end.
    midnight = NOON + timedelta(hours=4)
    assert state(office) == Closed(changed, midnight.astimezone(office.desk.config.zone))
    assert state(office, after=timedelta(hours=-20)) != Open()
    assert state(office, after=timedelta(hours=-20, seconds=-1)) == Open()
    assert state(office, after=timedelta(hours=4)) == Open()

    said = await office.olga.presses("Delete")
    assert "Delete “National day”?" in said
    assert now(office)[TENANT].holidays == (changed,)
    await office.olga.presses("Yes, delete")
    assert now(office) == {}
    await office.olga.presses("Undo")
    assert now(office)[TENANT].holidays == (changed,)


@pytest.mark.requirement("PRM-11")
async def test_make_up_days_are_added_edited_and_deleted(office: Office) -> None:
    await office.olga.says("/hours on")
    said = await office.olga.says("/holiday work 补班 2026-11-22..2026-11-29 09:00-18:00")
    assert "2026-11-22..2026-11-29" in said
    first, last = date(2026, 11, 22), date(2026, 11, 29)
    assert now(office)[TENANT].working == (WorkingDays("补班", first, last, DAY, 1),)
    assert isinstance(state(office), Closed)

    await office.olga.presses("Name")
    await office.olga.says("Late Sunday")
    await office.olga.presses("Days")
    await office.olga.says("2026-11-22")
    await office.olga.presses("Times")
    await office.olga.says("19:00-21:00")
    late = WorkingDays("Late Sunday", first, first, ((time(19), time(21)),), 1)
    assert now(office)[TENANT].working == (late,)
    assert state(office) == Open()

    await office.olga.presses("Delete")
    await office.olga.presses("Yes, delete")
    assert now(office)[TENANT].working == ()
    assert isinstance(state(office), Closed)


@pytest.mark.requirement("PRM-09")
async def test_the_time_plan_has_three_tabs(office: Office) -> None:
    await office.olga.says("/holiday Rest 2026-12-24..2026-12-26 = Bye")
    await office.olga.says("/holiday work Extra 2026-12-27 09:00-18:00")

    said = await office.olga.says("/hours")
    assert labels(office.olga)[-3:] == ["● Week", "Make-up days", "Holidays"]
    said = await office.olga.presses("Make-up days")
    assert "#2 Extra 2026-12-27" in said
    assert "Rest" not in said
    said = await office.olga.presses("Holidays")
    assert "#1 Rest 2026-12-24..2026-12-26 (whole desk): Bye" in said
    assert "Extra" not in said
    said = await office.olga.presses("Week")
    assert said.startswith("Hours: whole desk")


@pytest.mark.requirement("PRM-09")
@pytest.mark.parametrize("who", ["ada", "bo"])
async def test_only_owners_have_the_time_plan(office: Office, who: str) -> None:
    await office.olga.says("/holiday Rest 2026-12-24 = Bye")
    person: Person = getattr(office, who)
    await person.says("/help")
    assert "/hours" not in person.heard[-1]

    for words in ("/hours on", "/holiday Mine 2026-12-25 = x", "/holiday"):
        said = await person.says(words)
        assert "Rest" not in said
    for data in ("hours_on:t", "holiday_drop_yes:1:1h:", "hours_off_yes:t"):
        await person.presses_data(data)

    assert list(now(office)) == [TENANT]
    assert [one.name for one in now(office)[TENANT].holidays] == ["Rest"]
    assert now(office)[TENANT].week is None


async def test_days_are_added_step_by_step_for_an_account(office: Office) -> None:
    await office.olga.says("/holiday")
    await office.olga.presses("➕ Holiday")
    said = await office.olga.says("Stocktaking")
    assert "Write the days like" in said
    await office.olga.says("account=shop Stocktaking 2026-11-22 = We count.")

    closed, elsewhere = state(office, "shop"), state(office, "club")
    assert isinstance(closed, Closed)
    assert closed.holiday is not None
    assert closed.holiday.reply == "We count."
    assert elsewhere == Open()


async def test_a_holiday_without_a_reply_has_the_text_for_outside_the_hours(
    office: Office,
) -> None:
    said = await office.olga.says("/holiday Rest 2026-12-24 = Bye")
    await office.olga.presses("Reply")
    said = await office.olga.says("-")

    assert "the text for outside the hours" in said
    assert now(office)[TENANT].holidays[0].reply == ""


async def test_the_list_is_searched_and_what_is_over_stands_at_the_end(office: Office) -> None:
    for name, day in (
        ("Gone", "2026-01-01"),
        ("Long gone", "2025-01-01"),
        ("Later", "2027-01-01"),
        ("Soon", "2026-12-01"),
        ("Today", "2026-11-22"),
    ):
        await office.olga.says(f"/holiday {name} {day} = x")

    said = await office.olga.says("/holiday")
    names = [line.split()[1] for line in said.splitlines() if line.startswith("#")]
    assert names == ["Today", "Soon", "Later", "Gone", "Long"]

    said = await office.olga.says("/holiday gone")
    assert "Holidays: 2" in said
    await office.olga.presses("holiday_find:1h:gone")
    assert "Holidays: 1" in await office.olga.says("soon")
    assert "Holidays: 5" in await office.olga.presses("holiday_list:1h:")


async def test_twenty_stand_on_a_page(office: Office) -> None:
    async with office.unit() as uow:
        for number in range(21):
            day = date(2027, 1, 1) + timedelta(days=number)
            await uow.calendars.add(Holiday(f"h{number}", day, day), NOON)
        await uow.taught.touch()
        await uow.commit()

    said = await office.olga.says("/holiday")
    assert sum(line.startswith("#") for line in said.splitlines()) == 20
    said = await office.olga.presses("holiday_list:2h:")
    assert [line.split()[1] for line in said.splitlines() if line.startswith("#")] == ["h20"]
    await office.olga.presses("#21")
    said = await office.olga.presses("holiday_list:2h:")
    assert "h20" in said


@pytest.mark.parametrize(
    "words",
    [
        "Rest = Bye",
        "account=shop Rest",
        "Rest 2026-12-24 09:00-18:00",
        "work Extra 2026-12-24",
        "work Extra 2026-12-24 09:00-18:00 = Bye",
        "work Extra 2026-12-24 noon",
        "Rest 2026-12-24..2026-12-01 = Bye",
        "2026-12-24 = Bye",
        "group=nobody Rest 2026-12-24 = Bye",
    ],
)
async def test_what_does_not_fit_is_told_and_adds_nothing(office: Office, words: str) -> None:
    said = await office.olga.says(f"/holiday {words}")

    assert any(
        hint in said
        for hint in (
            "Add a holiday",
            "not a time of the week",
            "Write the days like",
            "The name has",
            "No such account",
        )
    )
    assert now(office) == {}


@pytest.mark.parametrize("name", ["holiday_show", "holiday_name", "holiday_drop_yes"])
@pytest.mark.parametrize("words", ["", "99:1h:", "x:y:z", "1"])
async def test_a_button_about_nothing_says_so(office: Office, name: str, words: str) -> None:
    await office.olga.says("/holiday")

    await office.olga.presses_data(f"{name}:{words}")

    assert "There are no holidays" in office.olga.notice
    assert now(office) == {}


@pytest.mark.parametrize("shown", [HOLIDAYS, WORKING])
def test_every_button_of_the_lists_fits_into_what_the_platform_holds(shown: str) -> None:
    view = View(99, "字" * 10, shown)

    for name in (*holiday.COMMAND.presses, *hours.COMMAND.presses):
        assert len(view.data(name, 999_999_999).encode()) <= 64
    assert View.read(view.data("x").removeprefix("x:")) == view
