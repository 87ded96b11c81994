"""Asks about many keys in one statement whose text never changes.

An ``IN`` list of varying length is a new statement for every length: it is compiled anew here and
planned anew by PostgreSQL. One array parameter keeps both caches warm.
"""

from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine


class _Many(TypeDecorator[Any]):
    """A list of keys: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, of_numbers: bool) -> None:
        super().__init__()
        self.of_numbers = of_numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(BigInteger() if self.of_numbers else Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return list(value)
        return orjson.dumps(list(value)).decode()


class _Among(FunctionElement[bool]):
    """The first argument is one of the values of the second, a parameter."""

    inherit_cache = True
    name = "among"
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Among":
        # SQLAlchemy would write "... = 1" for databases without booleans, which hides the index.
        return self


@compiles(_Among, "postgresql")
def _postgres(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    key, keys = (compiler.process(part, **kw) for part in element.clauses)
    return f"{key} = ANY ({keys})"


@compiles(_Among)
def _sqlite(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    key, keys = (compiler.process(part, **kw) for part in element.clauses)
    return f"{key} IN (SELECT value FROM json_each({keys}))"  # noqa: S608  compiled parts only


def among(key: Any, name: str, *, of_numbers: bool) -> ColumnElement[bool]:
    """Return the condition that *key* is among the values of the parameter called *name*.

    Args:
        key: A column.
        name: Parameter name; its value is a collection, possibly empty.
        of_numbers: Whether the key is a number (otherwise a text).
    """
    return _Among(key, bindparam(name, type_=_Many(of_numbers)))
