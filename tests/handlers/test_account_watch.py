"""A process learns at once whose line an account leads to now."""

import asyncio

from bot.account_watch import AccountWatch
from bot.bell import PLAYBOOK
from bot.handlers import teach_account
from core.policy import Policy
from storage.repos.accounts import AccountFacts
from tests.admin_bot.office import OLGA, Office, open_office


async def test_a_changed_group_is_seen_without_a_restart(sqlite_url: str) -> None:
    async with open_office(sqlite_url) as office:
        accounts: dict[str, AccountFacts] = {}
        rung = asyncio.Event()
        watch = AccountWatch(office.desk, accounts, rung)
        await watch.start()
        try:
            assert accounts["shop"].group_id is None
            group = await _second_group(office)
            office.rings.clear()
            await _lead_to(office, group)
            assert PLAYBOOK in office.rings
            rung.set()
            async with asyncio.timeout(5):
                while accounts["shop"].group_id != group:
                    await asyncio.sleep(0.01)
        finally:
            await watch.stop()


async def _second_group(office: Office) -> int:
    async with office.unit() as uow:
        number = await uow.staffing.add_group("VIP", "vip", None, "test", office.moment[0])
        await uow.commit()
    return number


async def _lead_to(office: Office, group: int) -> None:
    olga = await office.member(OLGA)
    async with office.unit() as uow:
        one = await teach_account.account(uow, olga, 1, Policy())
        form = teach_account.form_of(one)
        changed = teach_account.Form(
            form.title, form.institution, form.keeper_id, group, form.receivers
        )
        await teach_account.save(uow, olga, 1, changed, office.moment[0])
        await uow.commit()
