"""Runs the dialogue's built-in tools, by which a language model's words come a sentence at a time.

In front of the hotline's own tools: what is not `compose` goes through. Reading goes on while a
sentence is spoken, so that the next one is there when it is asked for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from dialogue.composing import COMPOSE, END, NEXT, SENTENCE
from dialogue.grounding import LONGEST, MOST
from dialogue.spoken import sentences
from voicebot.ports import ClosingToolRunner, EngineError, ToolError

_MOST = 64
"""Answers under way; the oldest is given up for another."""


class Writer(Protocol):
    """A language model."""

    def write(
        self, passages: tuple[str, ...], question: str, *, deadline: float
    ) -> AsyncGenerator[str, None]:
        """Yield an answer in pieces; see `voicebot.engines.llm.LanguageModel.write`."""
        ...


class _Composition:
    """One answer: a task that reads, and sentences that wait to be fetched."""

    def __init__(self, pieces: AsyncGenerator[str, None]) -> None:
        self.sentences: asyncio.Queue[str | None] = asyncio.Queue(MOST + 2)
        """None: nothing more comes."""
        self.reading = asyncio.create_task(self._read(pieces))

    async def _read(self, pieces: AsyncGenerator[str, None]) -> None:
        text, count = "", 0
        try:
            async with aclosing(pieces) as stream:
                async for piece in stream:
                    text += piece
                    whole = sentences(text)
                    for sentence in whole[:-1]:
                        await self.sentences.put(sentence)
                        count += 1
                    text = whole[-1] if whole else ""
                    if count >= MOST or len(text) > 2 * LONGEST:
                        break
            if text and count < MOST:
                await self.sentences.put(text)
        except EngineError:
            # What came before is checked and said like anything else; half a sentence is not.
            pass
        finally:
            await self.sentences.put(None)


class ComposingToolRunner:
    """Tools of a hotline whose dialogue may have answers written; see `ToolRunner`."""

    def __init__(
        self,
        tools: ClosingToolRunner,
        writer: Writer,
        article: Callable[[str], str],
        *,
        first: float,
        whole: float,
    ) -> None:
        """
        Args:
            tools: The hotline's own.
            writer: The language model.
            article: Returns an article's text by its name.
            first: Seconds until a sentence must be there.
            whole: Seconds for a whole answer.
        """
        self._tools = tools
        self._writer = writer
        self._article = article
        self._first = first
        self._whole = whole
        self._under_way: OrderedDict[str, _Composition] = OrderedDict()

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Run a tool; see `ToolRunner.run`."""
        call = call_key.partition("/")[0]
        if tool == COMPOSE:
            names = str(arguments.get("articles", "")).split(",")
            passages = tuple(self._article(name) for name in names if name)
            pieces = self._writer.write(
                passages, str(arguments.get("question", "")), deadline=self._whole
            )
            self._give_up(call)
            self._under_way[call] = _Composition(pieces)
            while len(self._under_way) > _MOST:
                self._give_up(next(iter(self._under_way)))
        elif tool != NEXT:
            return await self._tools.run(tool, arguments, call_key)
        return await self._sentence(call)

    def close(self) -> None:
        """Give up what is under way, and close the hotline's own tools."""
        for call in list(self._under_way):
            self._give_up(call)
        self._tools.close()

    async def _sentence(self, call: str) -> Mapping[str, Any]:
        composition = self._under_way.get(call)
        if composition is None:
            return {"outcome": END}
        try:
            async with asyncio.timeout(self._first):
                sentence = await composition.sentences.get()
        except TimeoutError as error:
            self._give_up(call)
            raise ToolError(f"no sentence within {self._first:g} s") from error
        if sentence is None:
            self._give_up(call)
            return {"outcome": END}
        return {"outcome": SENTENCE, "text": sentence}

    def _give_up(self, call: str) -> None:
        if (composition := self._under_way.pop(call, None)) is not None:
            composition.reading.cancel()
