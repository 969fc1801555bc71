"""Any frame as a stream of Arrow batches, in bounded memory, and functions of a batch over a cluster; no bank here."""

from __future__ import annotations

from intimacy_scales.engines.batch_stream import BatchStream
from intimacy_scales.engines.opening import engine_of, is_stream_source, open_stream, own_frame

__all__ = ["BatchStream", "engine_of", "is_stream_source", "open_stream", "own_frame"]
