"""Owners look at accounts and change them with buttons; nothing counts before Save."""

from io import BytesIO

import pytest
import segno

from bot.wiring import open_channel
from core.calendar import of_account
from storage.repos.accounts import STAFF, AccountFacts, Receiver
from tests.admin_bot.office import BO, NOON, Office, Person, config
from tests.handlers.test_teaching_accounts import png


async def account(office: Office, name: str = "shop") -> AccountFacts:
    async with office.unit() as uow:
        return next(one for one in await uow.accounts.all() if one.name == name)


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def form(office: Office) -> Person:
    olga = office.olga
    await olga.says("/account_list")
    await olga.presses("shop")
    await olga.presses("✏ Basic information")
    return olga


@pytest.mark.requirement("CHN-03")
async def test_the_list_shows_account_institution_staff_rule_and_limit(office: Office) -> None:
    async with office.unit() as uow:
        shop = (await uow.accounts.all())[0]
        bo = await uow.staffing.by_chat("telegram", str(BO))
        assert bo is not None
        await uow.accounts.change(shop.id, title="Flagship", institution="North")
        await uow.accounts.set_receivers(shop.id, [Receiver("staff", bo.id)])
        await uow.policies.put(
            of_account("shop"), {"mode": "auto", "order": "round_robin", "limit": 8}
        )
        await uow.commit()

    shown = await office.olga.says("/account_list")

    assert shown.splitlines()[1:6] == [
        "Flagship (shop)",
        "Institution: North",
        "Reception staff: Bo (1 people)",
        "Rule: assigned at once, in turn",
        "Reception limit: 8",
    ]
    assert "Reception staff: the whole group" in shown
    assert "at most 10 of them (desk.max_accounts)" in shown
    assert labels(office.olga)[:2] == ["Flagship", "club"]


@pytest.mark.requirement("CHN-05", "CHN-06")
async def test_the_page_has_two_blocks_and_save_returns_to_the_list(office: Office) -> None:
    olga = office.olga
    await olga.says("/account_list")
    shown = await olga.presses("shop")
    assert "▸ Basic information" in shown
    assert "▸ Reception rules" in shown
    assert "Who is next: fewest conversations" in shown
    assert "take it out of config.yaml" in shown
    await olga.presses("✏ Basic information")
    await olga.presses("✏ Title")
    await olga.says("x" * 17)
    assert "at most 16 characters; this has 17" in olga.heard[-1]
    await olga.says("Flagship")
    assert "Not saved yet." in olga.heard[-1]
    assert (await account(office)).title == ""

    shown = await olga.presses("💾 Save")

    assert shown.startswith("Accounts (2)\nSaved: Flagship.")
    assert "Flagship (shop)" in shown
    assert (await account(office)).title == "Flagship"
    await olga.presses("↩ Undo")
    assert (await account(office)).title == ""


@pytest.mark.requirement("CHN-05")
async def test_cancel_discards_what_was_changed(office: Office) -> None:
    olga = await form(office)
    await olga.presses("✏ Title")
    await olga.says("Flagship")
    shown = await olga.presses("Cancel")
    assert "Title: none" in shown
    await olga.presses("✏ Basic information")
    assert "Not saved yet." not in olga.heard[-1]
    assert (await account(office)).title == ""


@pytest.mark.requirement("CHN-07")
async def test_a_picture_is_looked_at_before_it_is_taken(office: Office) -> None:
    olga = await form(office)
    await olga.presses("🖼 Picture")
    assert "jpg, jpeg or png, 128 × 128 pixels, at most 2 MB" in olga.heard[-1]
    await olga.sends("document", png(64, 64), file_name="a.png")
    assert "must be 128 × 128 pixels; this one is 64 × 64" in olga.heard[-1]
    await olga.sends("document", b"GIF89a", file_name="a.png")
    assert "no jpg, jpeg or png" in olga.heard[-1]
    await olga.sends("document", png(), file_name="a.gif")
    assert "Picture: a new one" in olga.heard[-1]
    await olga.presses("💾 Save")

    async with office.unit() as uow:
        kept = await uow.accounts.avatar(1)
    assert kept is not None
    assert (kept.kind, kept.data) == ("png", png())
    await olga.presses("shop")
    await olga.presses("🖼 Picture")
    assert olga.chat[-1]["document"]["file_name"] == "shop.png"


@pytest.mark.requirement("CHN-08")
async def test_the_institution_is_picked_from_those_in_use_and_a_new_one_is_confirmed(
    office: Office,
) -> None:
    async with office.unit() as uow:
        await uow.accounts.change(2, institution="South")
        await uow.commit()
    olga = await form(office)
    await olga.presses("✏ Institution")
    await olga.presses("South")
    await olga.presses("💾 Save")
    assert (await account(office)).institution == "South"

    olga = await form(office)
    await olga.presses("✏ Institution")
    assert "● South" in labels(olga)
    await olga.presses("A new one")
    await olga.says("North")
    assert "“North” is a new institution. Is that right?" in olga.heard[-1]
    await olga.presses("Cancel")
    assert "Institution: South" in olga.heard[-1]
    await olga.presses("✏ Institution")
    await olga.presses("A new one")
    await olga.says("North")
    await olga.presses("Yes, a new institution")
    await olga.presses("💾 Save")
    assert (await account(office)).institution == "North"


@pytest.mark.requirement("CHN-09")
async def test_the_list_is_searched_cleared_and_narrowed_to_an_institution(
    office: Office,
) -> None:
    async with office.unit() as uow:
        await uow.accounts.change(2, institution="South")
        await uow.commit()
    olga = office.olga
    assert "Accounts (1)" in await olga.says("/account_list CLU")
    shown = await olga.presses("✖ Clear the search")
    assert "Accounts (2)" in shown
    await olga.presses("🔍 Search")
    await olga.says("sho")
    assert "Accounts (1)" in olga.heard[-1]
    await olga.presses("✖ Clear the search")
    shown = await olga.presses("South")
    assert "Accounts (1)" in shown
    assert "\nclub\n" in shown
    assert "Accounts (2)" in await olga.presses("All institutions")
    assert "No account is found." in await olga.says("/account_list nowhere")


@pytest.mark.requirement("QUE-27")
async def test_staff_are_chosen_by_department_and_member_and_taken_away_again(
    office: Office,
) -> None:
    olga = office.olga
    await olga.says("/department_add Sales")
    await olga.says("/department_add Sales > South")
    async with office.unit() as uow:
        await uow.staffing.add("telegram", "1", "Bonnie", (await office.member(BO)).role, 5, NOON)
        await uow.commit()
    await form(office)
    await olga.presses("👥 Reception staff")
    await olga.presses("▫ Sales")
    await olga.presses("Members")
    await olga.presses("🔍 Search")
    await olga.says("bon")
    assert [label for label in labels(olga) if label.startswith("▫")] == ["▫ Bonnie"]
    await olga.presses("▫ Bonnie")
    await olga.presses("Clear the search")
    shown = await olga.presses("▫ Ada")
    assert shown.startswith("Reception staff, 3 chosen\n")
    assert "Chosen (3)" in labels(olga)
    await olga.presses("Chosen (3)")
    assert [label for label in labels(olga) if label.startswith("×")] == [
        "× Sales",
        "× Ada",
        "× Bonnie",
    ]
    shown = await olga.presses("× Ada")
    assert shown.startswith("Reception staff, 2 chosen\n")
    shown = await olga.presses("Done")
    assert "Reception staff (2): Bonnie, Sales" in shown
    async with office.unit() as uow:
        assert await uow.accounts.receivers() == {}

    shown = await olga.presses("💾 Save")

    assert "Reception staff: Sales, Bonnie (1 people)" in shown
    shown = await olga.presses("shop")
    assert "Reception staff: Sales, Bonnie (1 people)" in shown


async def test_group_and_keeper_are_chosen(office: Office) -> None:
    await office.olga.says("/group_add VIP vip")
    olga = await form(office)
    await olga.presses("✏ Group")
    await olga.presses("VIP")
    await olga.presses("✏ Keeper")
    await olga.presses("Bo")
    await olga.presses("💾 Save")

    shop, bo = await account(office), await office.member(BO)
    assert shop.keeper_id == bo.id
    async with office.unit() as uow:
        group = await uow.staffing.group("vip")
    assert group is not None
    assert shop.group_id == group.id


@pytest.mark.requirement("CHN-10")
async def test_scan_to_test_sends_a_code_as_a_picture_and_the_link_to_copy(
    office: Office,
) -> None:
    office.world.add_bot("901:X", "shop", "our_shop_bot")
    url = str(office.bot.bot.base_url).split("/bot")[0]
    settings = config().accounts["shop"].model_copy(update={"api_url": url})
    channel = open_channel("shop", settings, None)
    await channel.start()
    try:
        office.desk.channels["shop"] = channel  # type: ignore[index]
        olga = office.olga
        await olga.says("/account_list")
        await olga.presses("shop")
        await olga.presses("📱 Scan to test")
        sent = olga.chat[-1]
        assert sent["document"]["file_name"] == "shop.png"
        assert sent["caption"].startswith("https://t.me/our_shop_bot\n")
        assert sent["caption_entities"][0]["type"] == "code"
        held = office.world.files.get(sent["document"]["file_id"])
        assert held is not None
        # The code says what the link says: the same link makes the same picture.
        same = BytesIO()
        code = segno.make("https://t.me/our_shop_bot", error="m", micro=False)
        code.save(same, kind="png", scale=12, border=4)
        assert held.data == same.getvalue()
    finally:
        await channel.stop()

    await olga.says("/account_list")
    await olga.presses("club")
    await olga.presses("📱 Scan to test")
    assert "club has no link" in olga.notice


async def test_the_card_leads_to_limits_hours_and_prompts_of_the_account(office: Office) -> None:
    olga = office.olga
    await olga.says("/account_list")
    await olga.presses("shop")
    card = olga.chat[-1]
    assert "Reception, account shop" in await olga.presses("✏ Reception rules", card)
    await olga.says("/account_list")
    await olga.presses("shop")
    assert "account shop" in await olga.presses("🕘 Hours")
    await olga.says("/account_list")
    await olga.presses("shop")
    assert "shop" in await olga.presses("💬 Prompts")


async def test_only_owners_see_accounts(office: Office) -> None:
    assert "not allowed" in (await office.ada.says("/account_list")).lower()


async def test_the_list_warns_where_the_chosen_people_are_not_in_the_group(office: Office) -> None:
    bo = (await office.member(BO)).id
    async with office.unit() as uow:
        group = await uow.staffing.add_group("Night", "night", None, "t", NOON)
        await uow.accounts.change(1, group_id=group)
        await uow.accounts.set_receivers(1, [Receiver(STAFF, bo)])
        await uow.commit()
    assert "⚠ none of them belongs to its group" in await office.olga.says("/account_list")
    async with office.unit() as uow:
        await uow.staffing.join(bo, [group])
        await uow.commit()
    assert "⚠" not in await office.olga.says("/account_list")
