"""Overhearing: follows one sound over the bot from its onset to the verdict on it. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.cues import Cues
from voicebot.journal import Glimpsed, SoundMeasured
from voicebot.turntaking.overlap import OverlapEvidence, Surroundings, Verdict, judge
from voicebot.turntaking.policy import OverlapPolicy

_LOOK = 0.3
"""Seconds after which a look has been answered, if at all."""


@dataclass(frozen=True, slots=True)
class TakeGlimpse:
    """Request: look at this sound; answered by `SoundMeasured` and, later, `Glimpsed`."""

    started: float
    until: float
    over: bool = False
    """The sound has ended."""


class Overhearing:
    """One sound over the bot. Times on the call clock."""

    def __init__(
        self,
        started: float,
        surroundings: Surroundings,
        policy: OverlapPolicy,
        cues: Cues,
        *,
        noticed: float,
        since: float | None = None,
        ongoing: bool = False,
    ) -> None:
        """Begin to follow a sound.

        Args:
            started: Its first sample.
            surroundings: What was going on.
            policy: When evidence is enough.
            cues: What words amount to.
            noticed: When it was found to be there.
            since: Its first sample, if what is looked at begins with a sound before it.
            ongoing: It is the rest of a sound that was ignored before.
        """
        self.started = started
        self._since = started if since is None else since
        self.ended: float | None = None
        self.ongoing = ongoing
        self._surroundings = surroundings
        self._policy = policy
        self._cues = cues
        self._glimpse: Glimpsed | None = None
        self._sound: SoundMeasured | None = None
        self._asked: float | None = None
        """When the look was asked for that is not answered yet."""
        self._looked_to = started
        pause = policy.ongoing if ongoing else policy.first_look
        self._look_at: float | None = self._since + pause
        self._settle_at: float | None = None
        self._settled = False
        """It is over, and was waited for long enough."""
        # An onset may be found late; a look still takes its time.
        self._blind_at: float | None = max(self._since + policy.blind, noticed + _LOOK)
        if ongoing:
            # What was ignored before is not yielded to because it lasts.
            self._blind_at = None
        elif not policy.words:
            self._blind_at = self._since + policy.blind
        """When its words have been waited for long enough."""
        self._blind = False

    @property
    def text(self) -> str:
        """Its words, as far as they are known."""
        return self._glimpse.text if self._glimpse is not None else ""

    @property
    def deadline(self) -> float | None:
        """When to call `expire` next."""
        due = (self._look_at, self._settle_at, self._blind_at)
        times = [at for at in due if at is not None]
        return min(times, default=None)

    def take(self, event: SoundMeasured | Glimpsed, now: float) -> None:
        """Take evidence; of another sound it means nothing."""
        if event.started != self.started:
            return
        if isinstance(event, SoundMeasured):
            self._sound = event
            return
        self._asked = None
        self._glimpse = event
        if self.ended is None:
            pause = self._policy.ongoing if self.ongoing else self._policy.look_every
            self._look_at = max(now, event.until + pause)
        elif event.until < self.ended - 0.02:
            self._look_at = now

    def stopped(self, ended: float, now: float) -> None:
        """The sound is over."""
        self.ended = ended
        self._settle_at = now + self._policy.settle
        if self._asked is None and self._looked_to < ended - 0.02:
            self._look_at = now

    def went_on(self, now: float) -> None:
        """It was only a pause."""
        self.ended = self._settle_at = None
        self._settled = False
        self._look_at = now + self._policy.look_every

    def expire(self, now: float) -> list[TakeGlimpse]:
        """Return the look that is due; a verdict may be due as well."""
        if self._blind_at is not None and self._blind_at <= now:
            self._blind_at, self._blind = None, True
        if self._settle_at is not None and self._settle_at <= now:
            self._settle_at, self._settled = None, True
        if self._look_at is None or self._look_at > now:
            return []
        # A look that is never answered is asked for again: the model may have been too busy.
        self._look_at = now + self._policy.settle
        self._asked = now
        self._looked_to = self.ended if self.ended is not None else now
        look = TakeGlimpse(self.started, self._looked_to, self.ended is not None)
        return [look] if self._policy.words else []

    def verdict(self, now: float) -> Verdict | None:
        """Return what the sound is taken for, once that is certain enough."""
        over = self.ended is not None
        seen = not self._policy.words or (
            self._glimpse is not None
            and self.ended is not None
            and self._glimpse.until >= self.ended - 0.02
        )
        evidence = OverlapEvidence(
            started=self._since,
            until=self.ended if self.ended is not None else now,
            # A sound that is over is judged as such once its last words were looked at.
            ended=over and (seen or self._settled),
            blind=self._blind,
            surroundings=self._surroundings,
            glimpse=self._glimpse,
            sound=self._sound,
        )
        return judge(evidence, self._policy, self._cues)
