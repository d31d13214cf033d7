"""Attempts are found by the call that they became."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_outbound_attempts_call_sid", "outbound_attempts", ["call_sid"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_outbound_attempts_call_sid", "outbound_attempts")
