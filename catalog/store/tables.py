"""
The tables: four, and none of their rows leaves this folder.

Bodies, entries and the sealed part of events are append-only; triggers of the first migration
refuse to change or remove them, whoever asks. Only drafts can change.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    text,
)
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

REVISION = "0001"
"""The migration that these tables are at; a test compares it with migrations/."""

DIGEST = 64
"""Hexadecimal digits of a SHA-256."""


class Row(SQLModel):
    """What every table shares: their names follow one habit."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class BodyRow(Row, table=True):
    """
    Canonical bytes, once per digest.

    Attributes:
        digest: SHA-256 of the bytes before coding.
        size: how many bytes before coding.
        coding: how `data` is written: plain, or zlib where that is shorter.
    """

    __tablename__ = "body"
    __table_args__ = (
        CheckConstraint(f"length(digest) = {DIGEST}", "digest"),
        CheckConstraint("coding IN ('plain', 'zlib')", "coding"),
    )

    digest: str = Field(primary_key=True, sa_type=String(DIGEST))
    size: int = Field(sa_type=Integer)
    coding: str = Field(sa_type=String(8))
    data: bytes = Field(sa_type=LargeBinary)


class EntryRow(Row, table=True):
    """One line of the register; `document` is the whole entry, the rest is there to find it by."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("number >= 1", "number"),
        CheckConstraint("what IN ('release', 'correction', 'withdrawal')", "what"),
        Index(
            "uq_entry_key_version",
            "key",
            "version",
            unique=True,
            sqlite_where=text("what <> 'withdrawal'"),
            postgresql_where=text("what <> 'withdrawal'"),
        ),
    )

    key: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer)
    version: str = Field(sa_type=Text)
    what: str = Field(sa_type=String(16))
    start: date = Field(sa_type=Date)
    end: date | None = Field(default=None, sa_type=Date)
    issued_at: datetime = Field(sa_type=UTCDateTime)
    digest: str = Field(
        sa_type=String(DIGEST), sa_column_args=(ForeignKey("body.digest"),), index=True
    )
    document: str = Field(sa_type=Text)


class EventRow(Row, table=True):
    """One link of the chain; `document` is the sealed event, and only `delivered_at` changes."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("seq >= 1", "seq"),
        CheckConstraint(f"length(hash) = {DIGEST}", "hash"),
        Index(
            "ix_event_pending",
            "seq",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )

    seq: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    what: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text, index=True)
    version: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)
    previous: str = Field(sa_type=String(DIGEST), unique=True)
    hash: str = Field(sa_type=String(DIGEST), unique=True)
    delivered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class DraftRow(Row, table=True):
    """A draft as JSON; `revision` decides who was first."""

    __tablename__ = "draft"
    __table_args__ = (CheckConstraint("revision >= 1", "revision"),)

    key: str = Field(primary_key=True, sa_type=Text)
    revision: int = Field(sa_type=Integer)
    document: str = Field(sa_type=Text)
    updated_at: datetime = Field(sa_type=UTCDateTime)
