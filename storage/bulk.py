"""Runs one statement for many rows at the driver's own speed.

SQLAlchemy looks at every value of every row on its way to the driver. On the hot path (a transcript
line, an outbox row, an event for every message) that is most of the cost of a batch. Here the
statement is compiled once for each database, and a value is converted once even when every row of
the batch has the same (the moment, mostly).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    order: tuple[int, ...]
    """Where each parameter of the SQL stands in a row with the constants behind it."""
    constants: tuple[Any, ...]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    """What the driver wants in another form, by place in the SQL."""


class Bulk:
    """A statement without results that is run for many rows.

    Args:
        statement: An ``INSERT`` (``inline``: nothing comes back) or ``UPDATE``.
        names: The parameters that each row gives, in the rows' order.
    """

    def __init__(self, statement: UpdateBase, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = list(names)
        self._compiled: dict[str, _Compiled] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run the statement for *rows*, in order.

        Args:
            connection: An open connection.
            rows: Values in the order of ``names``; none runs nothing.
        """
        if not rows:
            return
        compiled = self._for(connection.dialect)
        constants, order, converters = compiled.constants, compiled.order, compiled.converters
        memo: dict[datetime, Any] = {}
        ready = []
        for row in rows:
            full = (*row, *constants)
            values = [full[place] for place in order]
            for place, convert in converters:
                value = values[place]
                if type(value) is datetime:
                    known = memo.get(value)
                    if known is None:
                        known = memo[value] = convert(value)
                    values[place] = known
                else:
                    values[place] = convert(value)
            ready.append(tuple(values))
        await connection.exec_driver_sql(compiled.sql, ready)

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=self._names)
            names = tuple(compiled.positiontup or ())
            processors: dict[str, Any] = dict(compiled._bind_processors)
            constants = {n: v for n, v in compiled.params.items() if n not in self._names}
            places = [*self._names, *constants]
            found = self._compiled[dialect.name] = _Compiled(
                str(compiled),
                tuple(places.index(name) for name in names),
                tuple(constants.values()),
                tuple(
                    (place, processors[name])
                    for place, name in enumerate(names)
                    if processors.get(name) is not None
                ),
            )
        return found
