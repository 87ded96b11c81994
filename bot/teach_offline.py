"""What the command line does to the database while the desk need not run."""

import asyncio
import sys
from pathlib import Path

from bot.handlers.first_start import prepare
from bot.handlers.playbook_file import take_in
from bot.knowledge.playbook_file import BadPlaybook, read, write
from core.clock import utc_now
from core.config import Config
from core.i18n.texts import Texts, texts
from core.states import Role
from storage.engine import Database
from storage.migrate import migrate
from storage.uow import UnitOfWork


async def _ready(config: Config) -> Database:
    """Return the database, migrated and knowing the configured accounts and owners."""
    database = Database(config.storage.url, pooled=False)
    await migrate(database)
    async with UnitOfWork(database) as uow:
        await prepare(
            uow,
            accounts={name: account.channel for name, account in config.accounts.items()},
            owners=config.staff.owners,
            capacity=config.desk.agent_capacity,
            say=texts(config.language),
            now=utc_now(),
        )
        await uow.commit()
    return database


async def migrate_now(config: Config) -> None:
    """Bring the database to the newest version."""
    await (await _ready(config)).close()


async def import_file(config: Config, path: Path, *, replace: bool) -> int:
    """Take a playbook file in and return the exit code.

    A file with mistakes changes nothing; every mistake is printed with its line.

    Args:
        config: The configuration.
        path: The file.
        replace: Whether the file is all there is; otherwise it adds to what is there.
    """
    say = texts(config.language)
    try:
        playbook = read(await asyncio.to_thread(path.read_bytes))
    except OSError as error:
        return _fail(f"{path}: {error.strerror}")
    except BadPlaybook as error:
        return _fail(*(f"{path}: {say(m.key, **m.facts)}" for m in error.mistakes))
    database = await _ready(config)
    try:
        async with UnitOfWork(database) as uow:
            owner = next((m for m in await uow.staffing.all() if m.role is Role.OWNER), None)
            if owner is None:
                return _fail(say("cli.no_owner"))
            done = await take_in(uow, owner, playbook, utc_now(), whole=replace)
            await uow.commit()
    finally:
        await database.close()
    for what, count in done.counts.items():
        print(_row(say, what, count.new, count.changed, count.gone if replace else 0))
    return 0


async def export_file(config: Config, path: Path) -> int:
    """Write the playbook to a file and return the exit code."""
    database = await _ready(config)
    try:
        async with UnitOfWork(database, reading=True) as uow:
            playbook = await uow.taught.playbook()
    finally:
        await database.close()
    try:
        await asyncio.to_thread(path.write_text, write(playbook), encoding="utf-8")
    except OSError as error:
        return _fail(f"{path}: {error.strerror}")
    return 0


def _row(say: Texts, what: str, new: int, changed: int, gone: int) -> str:
    return say("cli.import_row", what=say(f"cli.{what}"), new=new, changed=changed, gone=gone)


def _fail(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1
