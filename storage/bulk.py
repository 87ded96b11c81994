"""Writes many rows at the driver's own speed.

SQLAlchemy looks at every value of every row on its way to the driver. On the hot path (a transcript
line, an outbox row, an event for every message) that is most of the cost of a batch. Here the
statement is compiled once for each database, and a value is converted once even when every row of
the batch has the same (the moment, mostly). PostgreSQL gets whole columns as arrays in a single
statement: a statement for each row costs the server more than the row itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import PostgresError, UniqueViolationError
from sqlalchemy import ColumnElement, Dialect, Table
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import String

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    converters: tuple[tuple[int, Convert], ...]
    """What the driver wants in another form, by place in the row."""
    as_columns: bool
    """Whether the statement takes whole columns instead of rows."""


class _Bulk(ABC):
    """What inserting and updating have in common.

    Args:
        table: Whose rows.
        names: Columns, in the order of the rows' values.
    """

    def __init__(self, table: Table, *names: str) -> None:
        self._table = table
        self._columns = [table.c[name] for name in names]
        self._compiled: dict[str, _Compiled] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write *rows*, in order; none writes nothing."""
        if not rows:
            return
        compiled = self._for(connection.dialect)
        memo: dict[datetime, Any] = {}
        ready = []
        for row in rows:
            values = list(row)
            for place, convert in compiled.converters:
                value = values[place]
                if type(value) is datetime:
                    known = memo.get(value)
                    if known is None:
                        known = memo[value] = convert(value)
                    values[place] = known
                else:
                    values[place] = convert(value)
            ready.append(tuple(values))
        await self._write(connection, compiled, ready)

    async def _write(
        self, connection: AsyncConnection, compiled: _Compiled, ready: Sequence[tuple[Any, ...]]
    ) -> None:
        """Write rows whose values the driver understands."""
        if compiled.as_columns:
            columns = tuple(list(column) for column in zip(*ready, strict=True))
            await connection.exec_driver_sql(compiled.sql, columns)
        else:
            await connection.exec_driver_sql(compiled.sql, ready)

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            by_columns = dialect.name == "postgresql"
            found = self._compiled[dialect.name] = _Compiled(
                self._arrays(dialect) if by_columns else self._rows(),
                tuple(
                    (place, convert)
                    for place, column in enumerate(self._columns)
                    if (convert := _converter(column, dialect)) is not None
                ),
                by_columns,
            )
        return found

    def _unnested(self, dialect: Dialect) -> str:
        types = [_postgres_type(column, dialect) for column in self._columns]
        return ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(types, 1))

    @property
    def _names(self) -> str:
        return ", ".join(column.name for column in self._columns)

    @abstractmethod
    def _rows(self) -> str:
        """Return the statement that takes one row."""

    @abstractmethod
    def _arrays(self, dialect: Dialect) -> str:
        """Return the statement that takes whole columns."""


class BulkInsert(_Bulk):
    """Inserts rows. Columns that are not named take the database's default, mostly NULL.

    PostgreSQL takes many rows by its COPY protocol: arrays cost asyncpg a look at the class of
    every value, and the server a sub-plan.
    """

    async def _write(
        self, connection: AsyncConnection, compiled: _Compiled, ready: Sequence[tuple[Any, ...]]
    ) -> None:
        if not compiled.as_columns:
            await super()._write(connection, compiled, ready)
            return
        driver = (await connection.get_raw_connection()).driver_connection
        if driver is None or not driver.is_in_transaction():
            # SQLAlchemy begins the transaction with the first statement, which this is.
            await super()._write(connection, compiled, ready)
            return
        try:
            await driver.copy_records_to_table(
                self._table.name, records=ready, columns=[c.name for c in self._columns]
            )
        except UniqueViolationError as error:
            raise IntegrityError("COPY", None, error) from error
        except PostgresError as error:
            raise DBAPIError("COPY", None, error) from error

    def _rows(self) -> str:
        marks = ", ".join("?" for _ in self._columns)
        return f"INSERT INTO {self._table.name} ({self._names}) VALUES ({marks})"  # noqa: S608

    def _arrays(self, dialect: Dialect) -> str:
        return (
            f"INSERT INTO {self._table.name} ({self._names}) "  # noqa: S608  our own names only
            f"SELECT * FROM unnest({self._unnested(dialect)})"
        )


class BulkUpdate(_Bulk):
    """Updates rows; the last of the named columns is the key that finds each row."""

    def _rows(self) -> str:
        *changed, key = (column.name for column in self._columns)
        places = ", ".join(f"{name} = ?" for name in changed)
        return f"UPDATE {self._table.name} SET {places} WHERE {key} = ?"  # noqa: S608

    def _arrays(self, dialect: Dialect) -> str:
        *changed, key = (column.name for column in self._columns)
        places = ", ".join(f"{name} = news.{name}" for name in changed)
        return (
            f"UPDATE {self._table.name} SET {places} "  # noqa: S608  our own names only
            f"FROM unnest({self._unnested(dialect)}) AS news({self._names}) "
            f"WHERE {self._table.name}.{key} = news.{key}"
        )


def _converter(column: ColumnElement[Any], dialect: Dialect) -> Convert | None:
    type_ = column.type.dialect_impl(dialect)
    converter: Convert | None = type_.bind_processor(dialect)
    return converter


def _postgres_type(column: ColumnElement[Any], dialect: Dialect) -> str:
    if isinstance(column.type, String):
        return "TEXT"
    return str(column.type.compile(dialect=dialect))
