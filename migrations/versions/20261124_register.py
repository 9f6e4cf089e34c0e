"""The register and the drafts: body, entry, event, draft; the first three only ever grow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("body", "entry", "event")
SEALED = ("seq", "what", "key", "version", "at", "actor", "document", "previous", "hash")
"""Columns of event that never change; delivered_at may."""


def upgrade() -> None:
    """Make the four tables, and the triggers that keep three of them from being rewritten."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "body",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("coding", sa.String(8), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name="ck_body_digest"),
        sa.CheckConstraint("coding IN ('plain', 'zlib')", name="ck_body_coding"),
        sa.PrimaryKeyConstraint("digest", name="pk_body"),
    )
    op.create_table(
        "entry",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("issued_at", instant, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 1", name="ck_entry_number"),
        sa.CheckConstraint(
            "what IN ('release', 'correction', 'withdrawal')", name="ck_entry_what"
        ),
        sa.ForeignKeyConstraint(["digest"], ["body.digest"], name="fk_entry_digest"),
        sa.PrimaryKeyConstraint("key", "number", name="pk_entry"),
    )
    labelled = sa.text("what <> 'withdrawal'")
    op.create_index(
        "uq_entry_key_version",
        "entry",
        ["key", "version"],
        unique=True,
        sqlite_where=labelled,
        postgresql_where=labelled,
    )
    op.create_index("ix_entry_digest", "entry", ["digest"])
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("delivered_at", instant, nullable=True),
        sa.CheckConstraint("seq >= 1", name="ck_event_seq"),
        sa.CheckConstraint("length(hash) = 64", name="ck_event_hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("previous", name="uq_event_previous"),
        sa.UniqueConstraint("hash", name="uq_event_hash"),
    )
    op.create_index("ix_event_key", "event", ["key"])
    waiting = sa.text("delivered_at IS NULL")
    op.create_index(
        "ix_event_pending", "event", ["seq"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.CheckConstraint("revision >= 1", name="ck_draft_revision"),
        sa.PrimaryKeyConstraint("key", name="pk_draft"),
    )
    if op.get_context().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgresql()


def guard_sqlite() -> None:
    """
    Refuse to change, remove or replace what is sealed.

    REPLACE removes rows without asking the delete triggers, so that a row which would push
    another out is refused before it comes in.
    """
    sealed = ", ".join(f'"{column}"' for column in SEALED)
    pushes_out = {
        "body": "SELECT 1 FROM body WHERE digest = NEW.digest",
        "entry": "SELECT 1 FROM entry WHERE key = NEW.key AND (number = NEW.number"
        " OR (version = NEW.version AND what <> 'withdrawal' AND NEW.what <> 'withdrawal'))",
        "event": "SELECT 1 FROM event WHERE seq = NEW.seq"
        " OR previous = NEW.previous OR hash = NEW.hash",
    }
    for table in APPEND_ONLY:
        of = f"OF {sealed} " if table == "event" else ""
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        op.execute(
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE {of}ON {table} BEGIN {refuse}; END"
        )
        op.execute(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} BEGIN {refuse}; END")
        op.execute(
            f"CREATE TRIGGER {table}_grows BEFORE INSERT ON {table}"
            f" WHEN EXISTS ({pushes_out[table]}) BEGIN {refuse}; END"
        )
    op.execute(
        "CREATE TRIGGER event_follows BEFORE INSERT ON event"
        " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)"
        " BEGIN SELECT RAISE(ABORT, 'event has no gaps'); END"
    )


def guard_postgresql() -> None:
    """Refuse to change, remove or empty what is sealed; packed bodies are not packed again."""
    op.execute(
        "CREATE FUNCTION catalog_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE FUNCTION catalog_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN"
        " RAISE EXCEPTION 'event has no gaps'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    sealed = ", ".join(f'"{column}"' for column in SEALED)
    for table in APPEND_ONLY:
        of = f"OF {sealed} " if table == "event" else ""
        refuse = "EXECUTE FUNCTION catalog_append_only()"
        op.execute(
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE {of}ON {table} FOR EACH ROW {refuse}"
        )
        op.execute(f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        )
    op.execute(
        "CREATE TRIGGER event_follows BEFORE INSERT ON event"
        " FOR EACH ROW EXECUTE FUNCTION catalog_event_follows()"
    )
    op.execute("ALTER TABLE body ALTER COLUMN data SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Remove everything that was ever registered; for a database that nobody needs."""
    for table in ("draft", "event", "entry", "body"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION catalog_append_only()")
        op.execute("DROP FUNCTION catalog_event_follows()")
