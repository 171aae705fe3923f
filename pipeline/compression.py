"""Snapshots are kept compressed: in Kafka, and in the table's memory."""

import pyarrow as pa

_CODEC = pa.Codec("zstd", compression_level=1)
_LENGTH_BYTES = 8


def compress(blob: bytes) -> bytes:
    """Compress, with the length in front.

    Examples
    --------
    >>> decompress(compress(b"a" * 1000)) == b"a" * 1000
    True
    """
    return len(blob).to_bytes(_LENGTH_BYTES, "big") + bytes(_CODEC.compress(blob, asbytes=True))


def decompress(blob: bytes) -> bytes:
    """Undo `compress`.

    Raises
    ------
    OSError
        If the bytes are damaged.
    """
    length = int.from_bytes(blob[:_LENGTH_BYTES], "big")
    return bytes(_CODEC.decompress(blob[_LENGTH_BYTES:], length, asbytes=True))
