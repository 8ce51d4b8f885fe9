"""What all tables share: naming of constraints, types, server defaults."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Text, timestamptz, JSONB and text[] for the plain Python types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it so
        str: Text,
        dt.datetime: DateTime(timezone=True),
        dt.date: Date,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        bytes: LargeBinary,
        int: BigInteger,
    }


NOW = text("now()")
EMPTY_LIST = text("'{}'::text[]")
EMPTY_DICT = text("'{}'::jsonb")
EMPTY_JSON_LIST = text("'[]'::jsonb")
