"""What goes into a turn-taker, and what comes out of it."""

from __future__ import annotations

from voicebot.journal import (
    AnswerForeseen,
    BargedIn,
    CallerTurnEnded,
    DigitPressed,
    EngineFailed,
    Glimpsed,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SoundIgnored,
    SoundMeasured,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    StreamEnded,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.floor import JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.turntaking.overhearing import TakeGlimpse

TurnEvent = (
    VoiceStarted
    | VoiceStopped
    | Transcribed
    | TurnEndJudged
    | AnswerForeseen
    | SoundMeasured
    | Glimpsed
    | DigitPressed
    | ReplyDecided
    | SpeechQueued
    | SpeechStarted
    | PlayoutStarted
    | PlayoutFinished
    | EngineFailed
    | StreamEnded
)
"""Facts that a turn-taker draws conclusions from."""
TurnDecision = (
    CallerTurnEnded
    | TurnRetracted
    | OverlapNoticed
    | OverlapIgnored
    | BargedIn
    | SpeechResumed
    | SoundIgnored
    | NoInputNoticed
)
"""Facts that it was decided so; the driver journals them, then acts on them."""
TurnRequest = Transcribe | JudgeTurnEnd | Prepare | TakeGlimpse | ShowListening
"""What is to be found out or said; the driver answers with events."""
TurnCommand = TurnDecision | TurnRequest
