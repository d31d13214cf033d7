"""ONNX sessions, opened the way that a process with many calls needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voicebot.ports import EngineError


def open_session(model: Path, *, threads: int = 1) -> Any:
    """Load a model for the CPU; the session may be used from several threads at once.

    With one thread the work is done on the calling thread, so it has that thread's priority.
    Idle threads sleep instead of spinning, and memory that a long input took is given back.

    Raises:
        EngineError: the file is no model that the runtime can load.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise EngineError(f"{model.name} cannot be loaded: {type(error).__name__}") from error
