"""What the command line does to the database while the desk need not run."""

import asyncio
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.compiled import Compiled
from bot.handlers.first_start import prepare
from bot.handlers.playbook_file import check_settings, everything, take_in
from bot.knowledge.cases import Cases, holds_cases, read_cases
from bot.knowledge.playbook_file import DEEPEST_TREE, BadPlaybook, read, write
from bot.playbook_cases import numbered, table, try_cases
from core.clock import utc_now
from core.config import Config
from core.errors import BadRequestText
from core.i18n.texts import Texts, texts
from core.playbook import Playbook
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
        raw = await asyncio.to_thread(path.read_bytes)
        # The desk is asked only when the rest is right how deep its tree may be.
        playbook = read(raw, depth=DEEPEST_TREE)
        database = await _ready(config)
        try:
            async with UnitOfWork(database) as uow:
                owner = next((m for m in await uow.staffing.all() if m.role is Role.OWNER), None)
                if owner is None:
                    return _fail(say("cli.no_owner"))
                playbook = read(raw, depth=(await uow.taught.answering()).depth)
                done = await take_in(uow, owner, playbook, utc_now(), whole=replace)
                await uow.commit()
        finally:
            await database.close()
    except OSError as error:
        return _fail(f"{path}: {error.strerror}")
    except BadPlaybook as error:
        return _fail(*(f"{path}: {say(m.key, **m.facts)}" for m in error.mistakes))
    except BadRequestText as error:
        return _fail(f"{path}: {say(error.key, **error.facts)}")
    for what, count in done.counts.items():
        print(_row(say, what, count.new, count.changed, count.gone if replace else 0))
    return 0


async def export_file(config: Config, path: Path) -> int:
    """Write the playbook to a file and return the exit code."""
    database = await _ready(config)
    try:
        async with UnitOfWork(database, reading=True) as uow:
            playbook = await everything(uow)
    finally:
        await database.close()
    try:
        await asyncio.to_thread(path.write_text, write(playbook), encoding="utf-8")
    except OSError as error:
        return _fail(f"{path}: {error.strerror}")
    return 0


async def try_file(config: Config | None, file: Path, cases: Path | None) -> int:
    """Try a playbook on messages with known answers and return the exit code.

    Prints a table of all cases. 1: an answer was another than the one expected. 2: a file cannot
    be read, or has mistakes; they are printed with their lines.

    Args:
        config: The configuration; ``None`` where there is none, which is enough for files.
        file: The playbook; or the cases, which may name their playbook, else it is the desk's.
        cases: The cases; ``None`` where *file* is all there is. A playbook alone is only read.
    """
    usual = Config.model_fields
    say = texts(config.language if config else usual["language"].default)
    zone = config.zone if config else ZoneInfo(usual["time_zone"].default)
    local = utc_now().astimezone(zone).replace(tzinfo=None)
    where = file
    try:
        raw = await asyncio.to_thread(file.read_bytes)
        wanted = Cases()
        own: bytes | None = raw
        if cases is not None:
            where = cases
            wanted = read_cases(await asyncio.to_thread(cases.read_bytes))
        elif holds_cases(raw):
            wanted = read_cases(raw)
            own = None
            if wanted.playbook:
                where = file.parent / wanted.playbook
                own = await asyncio.to_thread(where.read_bytes)
        if own is not None:
            where = where if cases is None else file
            playbook = numbered(read(own, depth=DEEPEST_TREE))
            check_settings(playbook)
        elif config is None:
            print(say("cases.no_playbook"), file=sys.stderr)
            return 2
        else:
            playbook = await _stored(config)
        book = await asyncio.to_thread(Compiled.build, playbook)
    except OSError as error:
        _fail(f"{where}: {error.strerror}")
        return 2
    except BadPlaybook as error:
        _fail(*(f"{where}: {say(m.key, **m.facts)}" for m in error.mistakes))
        return 2
    except BadRequestText as error:
        _fail(f"{where}: {say(error.key, **error.facts)}")
        return 2
    tried = try_cases(book, wanted.cases, local)
    if tried:
        print(table(tried, say))
    print(say("cases.total", count=len(tried), missed=sum(not one.met for one in tried)))
    return 0 if all(one.met for one in tried) else 1


async def _stored(config: Config) -> Playbook:
    database = await _ready(config)
    try:
        async with UnitOfWork(database, reading=True) as uow:
            return await uow.taught.playbook()
    finally:
        await database.close()


def _row(say: Texts, what: str, new: int, changed: int, gone: int) -> str:
    return say("cli.import_row", what=say(f"cli.{what}"), new=new, changed=changed, gone=gone)


def _fail(*lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1
