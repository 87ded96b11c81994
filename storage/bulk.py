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
    names: tuple[str, ...]
    converters: tuple[Callable[[Any], Any] | None, ...]
    constants: dict[str, Any]


class Bulk:
    """A statement without results that is run for many rows.

    Args:
        statement: An ``INSERT`` (``inline``: nothing comes back) or ``UPDATE``.
        names: The parameters that each row gives, as in the rows' keys.
    """

    def __init__(self, statement: UpdateBase, names: Sequence[str]) -> None:
        self._statement = statement
        self._names = list(names)
        self._compiled: dict[str, _Compiled] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
        """Run the statement for *rows*, in order.

        Args:
            connection: An open connection.
            rows: Values by parameter name; every row has every name.
        """
        if not rows:
            return
        compiled = self._for(connection.dialect)
        memo: dict[datetime, Any] = {}
        constants = compiled.constants
        columns = [
            _convert(
                [constants[name]] * len(rows) if name in constants else [row[name] for row in rows],
                converter,
                memo,
            )
            for name, converter in zip(compiled.names, compiled.converters, strict=True)
        ]
        await connection.exec_driver_sql(compiled.sql, list(zip(*columns, strict=True)))

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=self._names)
            names = tuple(compiled.positiontup or ())
            processors: dict[str, Any] = dict(compiled._bind_processors)
            found = self._compiled[dialect.name] = _Compiled(
                str(compiled),
                names,
                tuple(processors.get(name) for name in names),
                {n: v for n, v in compiled.params.items() if n not in self._names},
            )
        return found


def _convert(
    values: list[Any], converter: Callable[[Any], Any] | None, memo: dict[datetime, Any]
) -> list[Any]:
    if converter is None:
        return values
    converted = []
    for value in values:
        if type(value) is datetime:
            if value not in memo:
                memo[value] = converter(value)
            converted.append(memo[value])
        else:
            converted.append(converter(value))
    return converted
