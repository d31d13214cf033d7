"""Calls that rang, for the processes to which their streams come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of ringing calls."""
    op.create_table(
        "ringing",
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("forwarded_from", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("rang_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("redeemed_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("call_sid", name="pk_ringing"),
    )
    op.create_index("ix_ringing_rang_at", "ringing", ["rang_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ringing")
