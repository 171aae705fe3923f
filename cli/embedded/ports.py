"""Free ports on loopback."""

import socket

LOOPBACK = "127.0.0.1"


def free_port(preferred: int) -> int:
    """Return ``preferred`` if nothing listens there, else a port that the system chooses.

    Examples
    --------
    >>> 0 < free_port(0) < 65536
    True
    """
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    msg = "no free port on loopback"
    raise OSError(msg)


def listening(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((LOOPBACK, port)) == 0
