"""What a language model writes here, where the settings name one."""

from __future__ import annotations

from dialogue.composing import Use
from dialogue.domain import Domain
from voicebot.actions.compositions import ComposingToolRunner
from voicebot.engines.headlines import HeadlineWriter
from voicebot.engines.llm import LanguageModel
from voicebot.ports import ClosingToolRunner
from voicebot.settings import LlmSettings


def headlines(llm: LlmSettings) -> HeadlineWriter | None:
    """Return what writes the lines over briefs; None where nothing does."""
    if not llm.base_url or Use.HEADLINES not in llm.uses:
        return None
    return HeadlineWriter(_model(llm), llm.whole)


def composed(tools: ClosingToolRunner, domain: Domain, llm: LlmSettings) -> ClosingToolRunner:
    """Return tools by which answers may be written; the hotline's own where nothing writes."""
    if not llm.base_url:
        return tools

    def article(name: str) -> str:
        return domain.articles[name].text

    return ComposingToolRunner(tools, _model(llm), article, first=llm.first, whole=llm.whole)


def _model(llm: LlmSettings) -> LanguageModel:
    return LanguageModel(llm.base_url, llm.model, llm.key.get_secret_value())
