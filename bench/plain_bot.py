"""The yardstick: a plain pipecat bot, built from pipecat's own services as its template builds one.

FastAPI websocket, Twilio serializer, Silero and smart-turn v3 inside the user aggregator, Whisper
(base, int8, CPU), a fixed reply where a language model would be, Piper. One pipeline a call, each
with its own models, as the services load them. The input side runs at 16 kHz, since
`WhisperSTTService` takes whatever comes for 16 kHz; everything else is pipecat's default.

Run with `python -m bench.plain_bot --port N`. Listens on loopback only, checks no signatures.
"""

from __future__ import annotations

import sys

import click
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import WorkerRunner
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from twilio.twiml.voice_response import Connect, VoiceResponse

from voicebot.engines.models import VoiceFiles, WhisperFiles, locate_voice, locate_whisper
from voicebot.settings import Settings

GREETING = "Thank you for calling. How can I help you today?"
REPLY = (
    "You can send anything back within thirty days. "
    "Just keep it in its box, and we email you a label for the way back."
)
"""Said to every transcription. Sentences are synthesised one by one, so the first is short."""


class FixedReply(FrameProcessor):
    """Stands where the language model would, and answers at once."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer a completed context in the frames that a language model would send."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame(REPLY))
            await self.push_frame(LLMFullResponseEndFrame())
        else:
            await self.push_frame(frame, direction)


async def run_call(websocket: WebSocket, whisper: WhisperFiles, voice: VoiceFiles) -> None:
    """Serve one call until the caller is gone."""
    await websocket.accept()
    _, call = await parse_telephony_websocket(websocket)
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            # An environment variable of pipecat's may otherwise turn telephone carriers away.
            allowed_origins=[],
            serializer=TwilioFrameSerializer(
                stream_sid=call["stream_id"],
                call_sid=call["call_id"],
                params=TwilioFrameSerializer.InputParams(auto_hang_up=False),
            ),
        ),
    )
    recogniser = WhisperSTTService(
        device="cpu",
        compute_type="int8",
        settings=WhisperSTTService.Settings(model=str(whisper.folder), language=Language.EN),
    )
    synthesiser = PiperTTSService(
        download_dir=voice.model.parent,
        settings=PiperTTSService.Settings(voice=voice.model.stem),
    )
    user, assistant = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer()),
    )
    pipeline = Pipeline(
        [
            transport.input(),
            recogniser,
            user,
            FixedReply(),
            synthesiser,
            transport.output(),
            assistant,
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=16_000, audio_out_sample_rate=8_000),
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)

    async def greet(_transport: object, _client: object) -> None:
        await worker.queue_frames([TTSSpeakFrame(GREETING)])

    async def leave(_transport: object, _client: object) -> None:
        await runner.cancel()

    transport.add_event_handler("on_client_connected", greet)
    transport.add_event_handler("on_client_disconnected", leave)
    await runner.run()


def plain_app(whisper: WhisperFiles, voice: VoiceFiles) -> FastAPI:
    """Return the server: `/twilio/voice`, its media websocket, `/healthz` and `/readyz`."""
    app = FastAPI(openapi_url=None)

    @app.get("/healthz")
    @app.get("/readyz")
    async def health() -> dict[str, str]:
        # Models are loaded by each call for itself, so there is nothing to wait for.
        return {"status": "ok"}

    @app.post("/twilio/voice")
    async def answer(request: Request) -> Response:
        connect = Connect()
        connect.stream(url=f"ws://{request.url.netloc}/twilio/media")
        twiml = VoiceResponse()
        twiml.append(connect)
        return Response(str(twiml), media_type="text/xml")

    @app.websocket("/twilio/media")
    async def media(websocket: WebSocket) -> None:
        await run_call(websocket, whisper, voice)

    return app


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port on loopback.")
@click.option("--verbose", is_flag=True, help="Keep pipecat's log on stderr.")
def main(port: int, verbose: bool) -> None:
    """Serve the plain pipecat bot that the benchmarks compare with."""
    logger.remove()
    logger.add(sys.stderr, level="DEBUG" if verbose else "WARNING")
    models = Settings().models
    app = plain_app(locate_whisper(models), locate_voice(models))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
