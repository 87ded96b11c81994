"""The FAQ of the first version becomes part of the tree."""

from alembic import command
from sqlalchemy import Connection, text

from core.playbook import Shelf
from storage.engine import Database
from storage.migrate import alembic_config, migrate
from storage.uow import UnitOfWork

OLD = """
INSERT INTO faq_entries
    (id, position, category, question, "similar", keywords, answer, enabled, is_new, created_at)
VALUES
    (7, 2, '物流/发货', '多久发货', '["几天能到"]', '["发货"]',
     '{"kind": "text", "text": "48 小时"}', true, false, '2026-11-01 08:00:00+00:00'),
    (9, 1, '', 'Hi?', '[]', '[]', '{"kind": "text", "text": "Hello"}', false, true,
     '2026-11-01 08:00:00+00:00'),
    (11, 3, '物流', '包邮吗', '[]', '[]', '{"kind": "text", "text": "包"}', true, false,
     '2026-11-01 08:00:00+00:00')
"""


async def _to(database: Database, revision: str) -> None:
    def move(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        if revision == "0001":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    async with database.engine.connect() as connection:
        await connection.run_sync(move)
        await connection.commit()


async def test_entries_keep_their_numbers_and_paths_there_and_back(database: Database) -> None:
    await _to(database, "0001")
    async with database.engine.connect() as connection:
        old = OLD.replace("+00:00", "") if database.is_sqlite else OLD
        await connection.execute(text(old))
        await connection.commit()

    await migrate(database)

    async with UnitOfWork(database) as uow:
        entries = await uow.library.entries(Shelf.FAQ)
        assert [(e.id, e.category, e.question, e.answer.text) for e in entries] == [
            (9, "", "Hi?", "Hello"),
            (7, "物流/发货", "多久发货", "48 小时"),
            (11, "物流", "包邮吗", "包"),
        ]
        assert [e.enabled for e in entries] == [False, True, True]
        nodes = await uow.library.categories(Shelf.FAQ)
        assert [node.name for node in nodes] == ["物流", "发货"]
        assert nodes[1].parent_id == nodes[0].id
        (number,) = await uow.library.add([entries[0]], entries[0].created_at)  # type: ignore[arg-type]
        assert number > 11

    await _to(database, "0001")
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, category FROM faq_entries ORDER BY id"))
        assert [tuple(row) for row in rows] == [(7, "物流/发货"), (9, ""), (11, "物流")]
    await migrate(database)
