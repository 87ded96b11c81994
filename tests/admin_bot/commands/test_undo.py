"""What was just changed is taken back with a button or a command."""

from datetime import timedelta

from tests.admin_bot.office import Office


async def questions(office: Office) -> list[str]:
    async with office.unit() as uow:
        return [entry.question for entry in (await uow.taught.playbook()).faq]


async def test_the_button_below_a_change_takes_it_back(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")

    answer = await office.ada.presses("Undo")

    assert "Taken back" in answer
    assert await questions(office) == []
    assert office.desk.playbook.now.playbook.faq == ()


async def test_the_button_works_for_thirty_seconds(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    office.moment[0] += timedelta(seconds=31)

    await office.ada.presses("Undo")

    assert "Too late" in office.ada.notice
    assert "30 seconds" in office.ada.notice
    assert await questions(office) == ["How long?"]


async def test_what_somebody_else_changed_since_stays(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    await office.olga.says("/faq_edit 1 How long? = 24 hours")

    await office.ada.presses("Undo")

    assert "changed since" in office.ada.notice
    assert await questions(office) == ["How long?"]


async def test_nobody_else_presses_it(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    (button,) = [b for b in office.ada.buttons() if "Undo" in b["text"]]
    await office.olga.says("/help")

    await office.olga.presses_data(button["callback_data"])

    assert "nothing of yours" in office.olga.notice
    assert await questions(office) == ["How long?"]


async def test_the_command_takes_back_what_was_changed_last(office: Office) -> None:
    await office.ada.says("/faq_add one = 1")
    office.moment[0] += timedelta(seconds=5)
    await office.ada.says("/faq_add two = 2")

    assert "Taken back" in await office.ada.says("/undo")
    assert await questions(office) == ["one"]
    assert "nothing of yours" in await office.ada.says("/undo")
    assert "/undo takes back" in await office.ada.says("/undo this")


async def test_a_list_has_no_undo_button_where_nothing_was_changed(office: Office) -> None:
    await office.ada.says("/faq_list")

    assert not any("Undo" in button["text"] for button in office.ada.buttons())
