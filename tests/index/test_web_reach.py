"""Whom Footnote connects to: public machines, judged by the address that is connected to."""

import ipaddress
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AddressRefused, SourceError
from index.parse import Limits
from index.web import Fetcher, look_at_page, read_address
from index.web.reach import find_addresses, is_public
from tests.index.webserver import FAST, Page, Web, make_origin, write_page


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        web.pages["/"] = Page(write_page("Harbour", "The harbour has two moles."))
        yield web


def look(address: str, fetcher: Fetcher) -> str:
    look = look_at_page(
        make_origin(address),
        {},
        fetcher=fetcher,
        limits=Limits(),
        tick=lambda what, done, total: None,
    )
    return look.documents[0].document.text


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1"),
        *("::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1"),
        *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::"),
        *("2002:808:808::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1"),
        *("ff02::1", "5f00::1"),
    ],
)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(AddressRefused, match="leads to a machine that is not public"):
        find_addresses("harbour.test", 443, lambda host, port: [address], ())
    with pytest.raises(AddressRefused, match="leads to a machine that is not public"):
        find_addresses("harbour.test", 443, lambda host, port: ["8.8.8.8", address], ())


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"],
)
def test_these_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert find_addresses("harbour.test", 80, lambda host, port: [address], ()) == [address]


def spell(number: int, form: str) -> str:
    """An IPv4 address as some programs take it, and as people hide it."""
    dotted = str(ipaddress.IPv4Address(number))
    parts = dotted.split(".")
    return {
        "dotted": dotted,
        "number": str(number),
        "hexadecimal": hex(number),
        "octal": ".".join(f"0{int(part):o}" for part in parts),
        "short": f"{parts[0]}.{number & 0xFFFFFF}",
        "mapped": f"[::ffff:{dotted}]",
        "translated": f"[64:ff9b::{dotted}]",
        "wide": dotted.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
        "dotted and dot": f"{dotted}.",
    }[form]


FORMS = "dotted number hexadecimal octal short mapped translated wide".split()


@given(
    st.sampled_from([*FORMS, "dotted and dot"]),
    st.sampled_from(["127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "0.0.0.0/8"]),
    st.integers(0, (1 << 16) - 1),
)
def test_no_spelling_of_a_private_address_is_connected_to(
    form: str, network: str, number: int
) -> None:
    inside = int(ipaddress.ip_network(network)[0]) + number
    with pytest.raises(AddressRefused):
        address = read_address(f"http://{spell(inside, form)}/")
        host = urlsplit(address).hostname
        assert host is not None
        # Names are looked up: the worst that a resolver could make of this one.
        find_addresses(host, 80, lambda host, port: [str(ipaddress.ip_address(inside))], ())


def test_other_ports_are_refused() -> None:
    with pytest.raises(AddressRefused, match="at port 8080; Footnote reads from 80 and 443 only"):
        find_addresses("harbour.test", 8080, lambda host, port: ["8.8.8.8"], ())


def test_what_is_allowed_is_one_address_at_one_port() -> None:
    allowed = {("127.0.0.1", 8080)}
    assert find_addresses("localhost", 8080, lambda host, port: ["127.0.0.1"], allowed)
    for address, port in (("127.0.0.1", 80), ("127.0.0.2", 8080), ("::1", 8080)):
        with pytest.raises(AddressRefused):
            find_addresses("localhost", port, lambda host, port, a=address: [a], allowed)


def test_a_name_that_leads_nowhere_is_said_so() -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (fail, lambda host, port: []):
        with pytest.raises(SourceError, match=r"harbour\.test cannot be found"):
            look("https://harbour.test/", Fetcher(resolve=resolve, bounds=FAST))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"],
)
def test_this_machine_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="is not public; Footnote reads public pages only"):
        look(address, Fetcher(bounds=FAST))


def test_the_connection_goes_to_the_address_that_was_checked(web: Web) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.3"]

    fetcher = web.fetcher(resolve=resolve)
    assert "two moles" in look(f"http://harbour.test:{web.port}/", fetcher)
    assert asked == ["harbour.test"]
    assert {heard["Host"] for _, heard in web.heard} == {f"harbour.test:{web.port}"}
    with pytest.raises(AddressRefused, match="a machine that is not public"):
        look(f"http://harbour.test:{web.port}/", fetcher)


@pytest.mark.parametrize(
    "target",
    [
        *(
            "http://10.0.0.3/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
        ),
        *("//127.0.0.1/", "http://2130706433/", "file:///etc/passwd", "http://user@8.8.8.8/"),
    ],
)
def test_a_redirect_to_what_is_refused_is_refused(web: Web, target: str) -> None:
    web.pages["/away"] = Page(status=302, headers={"Location": target})
    with pytest.raises(AddressRefused):
        look(f"{web.root}/away", web.fetcher())
