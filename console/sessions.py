"""One password, many sessions: who has logged in, and who tries too often."""

import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable

SESSION_S = 12 * 3600.0
MOST_SESSIONS = 1_000
FREE_TRIES = 5
LONGEST_WAIT_S = 300.0
FORGET_S = 3600.0
MOST_ADDRESSES = 10_000


class Sessions:
    """Sessions by a random token, kept in memory: a restart asks everyone for the password again.

    Parameters
    ----------
    password
        What must be said.
    now_s
        Monotonic clock in seconds.

    Examples
    --------
    >>> sessions = Sessions("secret", lambda: 0.0)
    >>> sessions.login("127.0.0.1", "guess") is None
    True
    >>> sessions.holds(sessions.login("127.0.0.1", "secret"))
    True
    """

    def __init__(self, password: str, now_s: Callable[[], float]) -> None:
        self._password = password.encode()
        self._now_s = now_s
        self._ends_s: OrderedDict[str, float] = OrderedDict()
        self._throttle = Throttle(now_s)

    def wait_s(self, address: str) -> float:
        """Seconds for which an address must not try; 0 if it may."""
        return self._throttle.wait_s(address)

    def login(self, address: str, password: str) -> str | None:
        """Begin a session; returns its token, or ``None`` if the password is wrong.

        An address that must wait is refused whatever it says.
        """
        if self.wait_s(address) > 0:
            return None
        if not hmac.compare_digest(password.encode("utf-8", "replace"), self._password):
            self._throttle.failed(address)
            return None
        self._throttle.forgive(address)
        token = secrets.token_urlsafe(32)
        self._ends_s[token] = self._now_s() + SESSION_S
        if len(self._ends_s) > MOST_SESSIONS:
            self._ends_s.popitem(last=False)
        return token

    def holds(self, token: str | None) -> bool:
        """Whether a token is that of a session."""
        if token is None:
            return False
        ends_s = self._ends_s.get(token)
        if ends_s is None:
            return False
        if self._now_s() >= ends_s:
            del self._ends_s[token]
            return False
        return True

    def logout(self, token: str | None) -> None:
        """End a session."""
        if token is not None:
            self._ends_s.pop(token, None)


class Throttle:
    """Lets an address wait longer with each wrong password: 1 s after the fifth, then doubling.

    Of an IPv6 address its network of 64 bits counts: whoever has one has them all.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Seconds until the next try is allowed."""
        count, last_s = self._failures.get(_network(address), (0, 0.0))
        if count < FREE_TRIES:
            return 0.0
        wait_s: float = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT_S)
        return max(0.0, last_s + wait_s - self._now_s())

    def failed(self, address: str) -> None:
        """Note a wrong password."""
        now_s, network = self._now_s(), _network(address)
        count, last_s = self._failures.pop(network, (0, now_s))
        count = 0 if now_s - last_s > FORGET_S else count
        self._failures[network] = (count + 1, now_s)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def forgive(self, address: str) -> None:
        """Forget an address's failures."""
        self._failures.pop(_network(address), None)


def _network(address: str) -> str:
    """Name the one who holds an address.

    Examples
    --------
    >>> _network("2001:db8:1:2:3:4:5:6") == _network("2001:db8:1:2::1")
    True
    >>> _network("192.0.2.7"), _network("::ffff:192.0.2.7"), _network("fe80::1%eth0")
    ('192.0.2.7', '192.0.2.7', 'fe80::/64')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a Unix socket, say
    if found.version == 6 and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
