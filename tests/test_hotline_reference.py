"""The example in docs/hotline.md loads, as it is written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dialogue.flows import Branch
from dialogue.loading import load_domain

DOCUMENT = Path(__file__).parent.parent / "docs" / "hotline.md"
BLOCK = re.compile(r"<!-- (file|append): (\S+) -->\n```yaml\n(.*?)```", re.DOTALL)


def test_the_example_is_a_hotline(tmp_path: Path) -> None:
    folder = shutil.copytree(load_domain("retail").folder, tmp_path / "shop")
    blocks = BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert 3 == len(blocks)
    for how, file, text in blocks:
        with (folder / file).open("a" if how == "append" else "x", encoding="utf-8") as out:
            out.write("\n" + text)
    flow = load_domain(str(folder)).flows["delivery_day"]
    assert flow.undo_at is not None
    assert all(step.to <= len(flow.steps) for step in flow.steps if isinstance(step, Branch))
