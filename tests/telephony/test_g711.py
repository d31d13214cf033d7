"""G.711 against the standard library and the ITU-T reference code."""

import random
import struct
import timeit
import warnings

import pytest

from telephony import g711

SAMPLES = range(-32768, 32768)
ALL_PCM = struct.pack("<65536h", *SAMPLES)
ALL_CODES = bytes(range(256))


def audioop():
    """The standard library's codec, gone from Python 3.13 on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pytest.importorskip("audioop")


def itu_ulaw(sample: int) -> int:
    """`ulaw_compress` of ITU-T G.191, loop and all."""
    absno = ((~sample >> 2) if sample < 0 else (sample >> 2)) + 33
    absno = min(absno, 0x1FFF)
    i, segno = absno >> 6, 1
    while i:
        segno += 1
        i >>= 1
    code = ((8 - segno) << 4) | (0x0F - ((absno >> segno) & 0x0F))
    return code | 0x80 if sample >= 0 else code


def test_every_code_decodes_as_in_the_standard_library() -> None:
    """Both laws, all 256 codes."""
    stdlib = audioop()

    assert stdlib.ulaw2lin(ALL_CODES, 2) == g711.ulaw_to_pcm16(ALL_CODES)
    assert stdlib.alaw2lin(ALL_CODES, 2) == g711.alaw_to_pcm16(ALL_CODES)


def test_every_sample_encodes_as_the_itu_says() -> None:
    """All 65,536 samples; A-law is also what the standard library does."""
    assert bytes(map(itu_ulaw, SAMPLES)) == g711.pcm16_to_ulaw(ALL_PCM)
    assert audioop().lin2alaw(ALL_PCM, 2) == g711.pcm16_to_alaw(ALL_PCM)


def test_encoding_what_was_decoded_changes_nothing() -> None:
    """But for mu-law's second zero, which becomes the first."""
    again = g711.pcm16_to_ulaw(g711.ulaw_to_pcm16(ALL_CODES))

    assert ALL_CODES.replace(b"\x7f", b"\xff") == again
    assert ALL_CODES == g711.pcm16_to_alaw(g711.alaw_to_pcm16(ALL_CODES))


def test_silence_is_silent() -> None:
    """A sample of each law's silence."""
    assert b"\0\0" == g711.ulaw_to_pcm16(g711.ULAW_SILENCE)
    assert b"\x08\0" == g711.alaw_to_pcm16(g711.ALAW_SILENCE)
    assert g711.ULAW_SILENCE == g711.pcm16_to_ulaw(b"\0\0")


@pytest.mark.parametrize("encode", [g711.pcm16_to_ulaw, g711.pcm16_to_alaw])
def test_half_a_sample_is_refused(encode) -> None:
    """Odd lengths come from frames cut in the wrong place."""
    with pytest.raises(ValueError, match="two bytes a sample, not 3 bytes"):
        encode(b"abc")


def test_gain_scales_without_decoding() -> None:
    """Each code comes out as the level times the gain, within half a step of the code."""
    quieter = g711.gain_table(0.25)

    for code, level in enumerate(g711.ULAW_LEVELS):
        scaled = g711.ULAW_LEVELS[quieter[code]]
        step = 8 + abs(scaled) / 16
        assert abs(scaled - level * 0.25) <= step


def test_gains_at_the_ends() -> None:
    """Nothing, everything as it was, and more than fits."""
    loud = g711.pcm16_to_ulaw(struct.pack("<2h", 30_000, -30_000))

    assert {0.0} == {float(g711.ULAW_LEVELS[code]) for code in g711.gain_table(0.0)}
    assert ALL_CODES == ALL_CODES.translate(g711.gain_table(1.0))
    assert b"\x80\x00" == loud.translate(g711.gain_table(10.0))


@pytest.mark.parametrize("gain", [-0.1, float("nan"), float("inf")])
def test_gains_that_make_no_sense_are_refused(gain: float) -> None:
    """A negative one would turn the wave over."""
    with pytest.raises(ValueError, match="a gain must be"):
        g711.gain_table(gain)


def test_a_frame_takes_microseconds() -> None:
    """Fifty frames a second and call pass here, both ways."""
    pcm = random.Random(1).randbytes(320)
    frame = g711.pcm16_to_ulaw(pcm)

    decode = min(timeit.repeat(lambda: g711.ulaw_to_pcm16(frame), number=200, repeat=5)) / 200
    encode = min(timeit.repeat(lambda: g711.pcm16_to_ulaw(pcm), number=200, repeat=5)) / 200

    assert decode < 50e-6
    assert encode < 200e-6
