"""The import rules of pyproject.toml hold."""

from __future__ import annotations

from importlinter.cli import lint_imports


def test_the_import_rules_are_kept() -> None:
    assert 0 == lint_imports(cache_dir=None)
