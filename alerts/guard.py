"""Which addresses a webhook may be sent to: no way into the sender's own network.

A receiver's host is resolved here, every address that it resolves to is judged, and the connection
is made to the very address that passed, so that a name cannot point elsewhere a moment later.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Thread

from domain.errors import GeohazardError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Finds the addresses of a host and port; raises `OSError` when it cannot."""

_NEVER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local; the clouds' metadata services
        "100.100.100.200/32",  # metadata, Alibaba Cloud
        "192.0.0.192/32",  # metadata, Oracle Cloud
        "224.0.0.0/3",  # multicast, reserved and broadcast
        "::/128",
        "fd00:ec2::/32",  # metadata, AWS
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
"""Refused even where private addresses are allowed."""

_PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
    )
)

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefusedError(GeohazardError):
    """A receiver's address may not be reached; the text tells the address and why."""


def judge(address: str, *, allow_private: bool = False) -> str | None:
    """Say why an address may not be reached; ``None`` if it may.

    Examples
    --------
    >>> judge("1.1.1.1") is None
    True
    >>> judge("10.0.0.1"), judge("10.0.0.1", allow_private=True)
    ('10.0.0.1 is in a private or reserved network', None)
    >>> judge("::ffff:169.254.169.254", allow_private=True)
    '::ffff:169.254.169.254 is link-local, multicast, unspecified or a metadata service'
    """
    text = address.partition("%")[0]
    ip: IpAddress = ipaddress.ip_address(text)
    target = _embedded(ip) or ip
    if any(target in net for net in _NEVER if net.version == target.version):
        return f"{text} is link-local, multicast, unspecified or a metadata service"
    listed = any(target in net for net in _PRIVATE if net.version == target.version)
    # The standard library's own list grows with Python; ours holds what it must not lack.
    if (listed or not target.is_global) and not allow_private:
        return f"{text} is in a private or reserved network"
    return None


def _embedded(ip: IpAddress) -> ipaddress.IPv4Address | None:
    """IPv4 address that an IPv6 one stands for (mapped, compatible, 6to4, NAT64)."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


async def checked_address(host: str, port: int, *, allow_private: bool, resolver: Resolver) -> str:
    """Resolve a host and return an address of it that may be reached.

    Raises
    ------
    AddressRefusedError
        If any of its addresses may not: a name that mixes them is not to be trusted.
    OSError
        If the host cannot be resolved.
    """
    try:
        addresses = [str(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        addresses = await resolver(host, port)
    if not addresses:
        msg = f"{host} has no address"
        raise OSError(msg)
    for address in addresses:
        reason = judge(address, allow_private=allow_private)
        if reason:
            raise AddressRefusedError(reason)
    return addresses[0].partition("%")[0]


async def system_resolver(host: str, port: int) -> list[str]:
    """Resolve by the operating system, each look-up in a thread of its own.

    A name server that hangs then holds nothing but its own thread: a shared pool would let one
    dead receiver stop the others.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str] | None, error: OSError | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(addresses or [])

    def look_up() -> None:
        addresses, failure = None, None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            failure = error if isinstance(error, OSError) else OSError(f"{host}: {error}")
        # The loop may be closed by now; then nobody waits for the answer.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, addresses, failure)

    Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await future
