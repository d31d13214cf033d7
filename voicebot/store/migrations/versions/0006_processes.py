"""Transfers, the processes that look after calls, and who looks after which, for all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and give ringing calls an owner."""
    op.create_table(
        "transfers",
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("caller_sid", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name="pk_transfers"),
    )
    op.create_index("ix_transfers_caller_sid", "transfers", ["caller_sid"])
    op.create_index("ix_transfers_saved_at", "transfers", ["saved_at"])
    op.create_index("ix_transfers_due_at", "transfers", ["due_at"])
    op.create_table(
        "workers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_table(
        "paces",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paces"),
    )
    with op.batch_alter_table("ringing") as batch:
        batch.add_column(sa.Column("owner", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("ringing") as batch:
        batch.drop_column("owner")
    op.drop_table("paces")
    op.drop_table("workers")
    op.drop_table("transfers")
