"""Sentence embeddings by all-mpnet-base-v2, a larger encoder than MiniLM, on CTranslate2.

With `recogniser` and `whisper` the only place that imports ctranslate2. The packaged weights are
those of PyTorch, 32 bits in a zip archive cut into parts. They are put into CTranslate2's format
once, in eight bits a weight: a tenth of the time that 32 bits take, and a quarter of the memory.

CTranslate2 knows BERT and T5, not MPNet, which is both: BERT's layers with T5's bias for how far
two tokens are apart. Where there is such a bias it adds no embedding of the place in the sentence,
so these are given as what BERT calls token types.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from voicebot.engines.encoder import LONGEST, Vectors
from voicebot.engines.layers import Floats, Weights
from voicebot.engines.weights import MPNET_PARTS, ModelUnavailable, checked
from voicebot.ports import EngineError

_ARCHIVED = "all-mpnet-base-v2"
_FOLDER = "mpnet-int8-1"
"""Its number goes up when what is made of the weights changes."""
_LAYERS, _HEADS, _FARTHEST = 12, 12, 128
_EPSILON = 1e-5
_FIRST_PLACE = 2
"""Row of the first token in the embeddings of places; those before are for padding."""
_BATCH = 32


def locate_mpnet(cache_dir: Path) -> Path:
    """Return the folder with the model, made from the packaged parts when needed: once, in
    some 10 s and 1.4 GB of memory.

    Safe with several processes at once: the folder appears whole, by a rename.

    Raises:
        ModelUnavailable: a part is missing or damaged, or the cache cannot be written.
    """
    folder = cache_dir / _FOLDER
    if (folder / "model.bin").is_file():
        return folder
    parts = [checked(part, cache_dir) for part in MPNET_PARTS]
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_dir, prefix=f".{_FOLDER}.") as name:
            made = Path(name)
            with tempfile.TemporaryFile(dir=cache_dir) as joined:
                for part in parts:
                    with part.open("rb") as handle:
                        shutil.copyfileobj(handle, joined)
                with zipfile.ZipFile(joined) as archive:
                    tokenizer = archive.read(f"{_ARCHIVED}/tokenizer.json")
                    tensors = _tensors(archive.read(f"{_ARCHIVED}/model.safetensors"))
            (made / "whole").mkdir()
            _convert(tensors, made / "whole")
            (made / "whole" / "tokenizer.json").write_bytes(tokenizer)
            # Whoever comes second finds the folder there, with the same model.
            if not (folder / "model.bin").is_file():
                os.replace(made / "whole", folder)
    except OSError as error:
        if (folder / "model.bin").is_file():
            return folder
        raise ModelUnavailable(
            f"The sentence encoder could not be put together in {folder} ({error.strerror}): free "
            "some 600 MB there, or set VOICEBOT_MODELS__CACHE_DIR to a folder that can be written."
        ) from error
    return folder


def _tensors(content: bytes) -> dict[str, Floats]:
    """Return the 32-bit tensors of a file in the format of safetensors."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    found: dict[str, Floats] = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(content, "<f4", (end - begin) // 4, 8 + length + begin)
        found[name] = flat.reshape(entry["shape"])
    return found


def _convert(tensors: Mapping[str, Floats], folder: Path) -> None:
    from ctranslate2.specs import common_spec, transformer_spec

    def dense(spec: Any, *names: str) -> None:
        spec.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        spec.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])

    def norm(spec: Any, name: str) -> None:
        spec.gamma, spec.beta = (np.array(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))

    encoder = transformer_spec.TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        relative_attention_bias=True,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False
    words = np.array(tensors["embeddings.word_embeddings.weight"])
    encoder.embeddings[0].weight = words
    encoder.embeddings[1].weight = np.array(tensors["embeddings.position_embeddings.weight"])
    norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for i, layer in enumerate(encoder.layer):
        at = f"encoder.layer.{i}"
        attention = layer.self_attention
        dense(attention.linear[0], *(f"{at}.attention.attn.{part}" for part in "qkv"))
        dense(attention.linear[1], f"{at}.attention.attn.o")
        norm(attention.layer_norm, f"{at}.attention.LayerNorm")
        attention.relative_attention_bias = np.array(
            tensors["encoder.relative_attention_bias.weight"]
        )
        attention.relative_attention_max_distance = np.dtype("int32").type(_FARTHEST)
        dense(layer.ffn.linear_0, f"{at}.intermediate.dense")
        dense(layer.ffn.linear_1, f"{at}.output.dense")
        norm(layer.ffn.layer_norm, f"{at}.output.LayerNorm")
    # Tokens are given by number; the format wants a word for each all the same.
    spec.register_vocabulary([str(i) for i in range(len(words))])
    spec.config.unk_token = "0"
    spec.config.layer_norm_epsilon = _EPSILON
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


class MpnetEncoder:
    """Vectors of unit length, 768 values each; about 7 ms a sentence of a dozen words' pieces.

    The latest vectors are kept, because one turn is asked about several times. Safe to share
    between threads.
    """

    def __init__(self, folder: Path, *, remembered: int = 4096) -> None:
        """Load the model (about 0.2 s, 130 MB).

        Raises:
            EngineError: a file is missing or is not what it should be.
        """
        import ctranslate2

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._model = ctranslate2.Encoder(
                str(folder), device="cpu", inter_threads=1, intra_threads=1
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise EngineError(
                f"the sentence encoder cannot be loaded: {error}; delete {folder}, and it is made "
                "anew"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._remembered = remembered
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def upper(self) -> Sequence[Weights]:
        """None of its layers: fitting them gained nothing and takes minutes."""
        return ()

    def hidden(self, sentences: Sequence[str]) -> list[Floats]:
        """Not to be had.

        Raises:
            EngineError: always.
        """
        raise EngineError("this encoder has no layers to fit")

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one unit-length float32 vector of 768 values a sentence."""
        with self._lock:
            found = {text: self._vectors.get(text) for text in sentences}
        missing = [text for text, vector in found.items() if vector is None]
        encodings = self._tokenizer.encode_batch(missing)
        lengths: dict[int, list[tuple[str, list[int]]]] = {}
        for text, encoding in zip(missing, encodings, strict=True):
            lengths.setdefault(len(encoding.ids), []).append((text, encoding.ids))
        for entries in lengths.values():
            for start in range(0, len(entries), _BATCH):
                batch = entries[start : start + _BATCH]
                vectors = self._run([ids for _, ids in batch])
                found.update((text, each) for (text, _), each in zip(batch, vectors, strict=True))
        with self._lock:
            for text in missing:
                self._vectors[text] = found[text]  # type: ignore[assignment]
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)
        return np.stack([vector for text in sentences if (vector := found[text]) is not None])

    def _run(self, batch: list[list[int]]) -> Vectors:
        """Return the vectors of sentences of one length: nothing is padded."""
        places = [range(_FIRST_PLACE, _FIRST_PLACE + len(ids)) for ids in batch]
        told = self._model.forward_batch(batch, token_type_ids=[list(each) for each in places])
        means = np.array(told.last_hidden_state, dtype=np.float32).mean(axis=1)
        lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        # Rounded, so that the last bits do not depend on how a batch was cut up.
        units: Vectors = np.round(means / lengths, 5).astype(np.float32)
        return units
