"""Which machines Footnote reads from: public ones, judged by the address that is connected to."""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence

from index.errors import AddressRefused, SourceError

Resolve = Callable[[str, int], Sequence[str]]
"""A host's IP addresses."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = (80, 443)
_GLOBAL = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
# What the standard library's tables call global in one version or another, or lead elsewhere.
_REFUSED = [
    ipaddress.ip_network(block)
    for block in (
        *("100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]


def is_public(address: Address) -> bool:
    """Say whether an IP address belongs to a public machine.

    Those that carry another address in them (mapped, 6to4, Teredo) are not; NAT64's are what
    the carried one is.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    if special or address.is_loopback or address.is_link_local or not address.is_global:
        return False
    return not any(address in block for block in _REFUSED if block.version == address.version)


def resolve_host(host: str, port: int) -> list[str]:
    """Return the host's IP addresses as the system finds them, each once, best first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def find_addresses(
    host: str, port: int, resolve: Resolve, allowed: Collection[tuple[str, int]]
) -> list[str]:
    """Return the IP addresses to connect to, every one of them public or allowed.

    Raises AddressRefused if a single one is not, and SourceError for a name that cannot be found.
    """
    try:
        found = list(resolve(host, port))
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    except (OSError, ValueError, UnicodeError) as error:
        raise SourceError("{host} cannot be found. Check the address.", host=host) from error
    if not addresses:
        raise SourceError("{host} cannot be found. Check the address.", host=host)
    for address in addresses:
        if (str(address), port) in allowed:
            continue
        if not is_public(address):
            # Which machine it is, is not for whoever asks.
            raise AddressRefused(
                "{host} leads to a machine that is not public; Footnote reads public pages only.",
                host=host,
            )
        if port not in _PORTS:
            raise AddressRefused(
                "{host} is asked for at port {port}; Footnote reads from 80 and 443 only.",
                host=host,
                port=port,
            )
    return [str(address) for address in addresses]
