// One telephone line on the browser's audio thread: the microphone to mu-law at 8,000 Hz, what is
// received to the loudspeaker, and how far it was played.

const RATE = 8_000;
const FRAME = 160; // Samples that are sent at once: 20 ms.
const CUSHION = 480; // Samples that are gathered after a gap (60 ms), so that jitter makes no holes.
const BLOCK = 8; // Samples that are played at once: 1 ms, the grain of a mark.
const ZEROS = 12; // Zero crossings of the filter on each side.
const STEPS = 128; // Points of the filter between two samples.

// Turns one rate into another by a windowed sinc, which also keeps out what the lower rate cannot
// carry.
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    const cutoff = 0.92 * Math.min(1, to / from);
    this.half = Math.ceil(ZEROS / cutoff);
    this.kernel = new Float32Array(this.half * STEPS + 2);
    for (let i = 0; i <= this.half * STEPS; i++) {
      const x = i / STEPS;
      const sinc = i === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
      this.kernel[i] = cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / this.half));
    }
    this.samples = new Array(2 * this.half).fill(0);
    this.next = this.half;
  }

  push(input, output) {
    for (const sample of input) {
      this.samples.push(sample);
    }
    while (this.next + this.half < this.samples.length) {
      const from = Math.ceil(this.next - this.half);
      const to = Math.floor(this.next + this.half);
      let sum = 0;
      for (let i = from; i <= to; i++) {
        sum += this.samples[i] * this.kernel[Math.round(Math.abs(this.next - i) * STEPS)];
      }
      output.push(sum);
      this.next += this.step;
    }
    const done = Math.floor(this.next - this.half);
    this.samples.splice(0, done);
    this.next -= done;
  }
}

function toUlaw(sample) {
  const pcm = Math.max(-32_635, Math.min(32_635, Math.round(sample * 32_768)));
  const biased = Math.abs(pcm) + 132;
  const exponent = Math.max(0, 31 - Math.clz32(biased) - 7);
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~((pcm < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

const FROM_ULAW = Float32Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0xff;
  const level = ((((inverted & 0x0f) << 3) + 132) << (inverted >> 4 & 7)) - 132;
  return (inverted & 0x80 ? -level : level) / 32_768;
});

class PhoneLine extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, RATE);
    this.up = new Resampler(RATE, sampleRate);
    this.spoken = []; // At 8,000 Hz, to be sent.
    this.received = []; // At 8,000 Hz, to be played.
    this.sounding = []; // At the browser's rate, to be played.
    this.marks = []; // { name, at }: in samples of all that was received.
    this.queued = 0;
    this.played = 0;
    this.gap = 0; // Samples of silence since playing stopped; Infinity while it goes on.
    this.loudest = [0, 0];
    this.ticks = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take({ audio, event, mark }) {
    if (audio) {
      for (const code of new Uint8Array(audio)) {
        this.received.push(FROM_ULAW[code]);
      }
      this.queued += audio.byteLength;
    } else if (event === "mark") {
      this.marks.push({ name: mark, at: this.queued });
    } else if (event === "clear") {
      this.received.length = 0;
      this.marks.length = 0;
      this.played = this.queued;
      this.gap = 0;
    }
  }

  process([[microphone]], [[loudspeaker]]) {
    if (microphone) {
      this.speak(microphone);
    }
    this.play(loudspeaker);
    if (++this.ticks % 20 === 0) {
      this.port.postMessage({ level: this.loudest[0], playing: this.loudest[1] });
      this.loudest = [0, 0];
    }
    return true;
  }

  speak(samples) {
    this.loudest[0] = Math.max(this.loudest[0], ...samples);
    this.down.push(samples, this.spoken);
    while (this.spoken.length >= FRAME) {
      const audio = Uint8Array.from(this.spoken.splice(0, FRAME), toUlaw).buffer;
      this.port.postMessage({ audio }, [audio]);
    }
  }

  play(output) {
    while (this.sounding.length < output.length) {
      this.up.push(this.block(), this.sounding);
    }
    output.set(this.sounding.splice(0, output.length));
    this.loudest[1] = Math.max(this.loudest[1], ...output);
  }

  block() {
    const waits = this.received.length < CUSHION && this.gap < CUSHION;
    if (this.received.length === 0) {
      this.gap = 0;
    } else if (waits) {
      this.gap += BLOCK;
    } else {
      this.gap = Infinity;
    }
    const samples = this.gap === Infinity ? this.received.splice(0, BLOCK) : [];
    this.played += samples.length;
    while (this.marks.length && this.marks[0].at <= this.played) {
      this.port.postMessage({ played: this.marks.shift().name });
    }
    while (samples.length < BLOCK) {
      samples.push(0);
    }
    return samples;
  }
}

registerProcessor("phone-line", PhoneLine);
