"""No webhook reaches into the sender's own network."""

import asyncio

import pytest

from alerts.guard import AddressRefusedError, checked_address, judge, system_resolver

PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101", "2002:101:101::1"]
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.7",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert judge(address) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_leave(address: str) -> None:
    assert judge(address) is not None
    assert judge(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_reached(address: str) -> None:
    assert judge(address, allow_private=True) is not None


def check(host: str, *found: str, allow_private: bool = False) -> str:
    async def resolver(_host: str, _port: int) -> list[str]:
        return list(found)

    return asyncio.run(checked_address(host, 443, allow_private=allow_private, resolver=resolver))


def test_a_name_is_judged_by_all_its_addresses() -> None:
    assert check("a.example", "1.1.1.1", "8.8.8.8") == "1.1.1.1"
    with pytest.raises(AddressRefusedError):
        check("a.example", "1.1.1.1", "10.0.0.1")


def test_a_name_without_address_is_an_error_of_the_network() -> None:
    with pytest.raises(OSError, match="no address"):
        check("a.example")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1"])
def test_an_address_needs_no_resolver(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        check(host, "1.1.1.1")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_disguises_of_loopback_are_seen_through(host: str) -> None:
    async def resolve() -> str:
        return await checked_address(host, 80, allow_private=False, resolver=system_resolver)

    with pytest.raises((AddressRefusedError, OSError)):
        asyncio.run(resolve())


def test_the_system_resolver_reports_failure() -> None:
    with pytest.raises(OSError, match="invalid"):
        asyncio.run(system_resolver("no-such-host.invalid" + "x" * 300, 80))
