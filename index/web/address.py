"""Addresses of the web in one form, so that the same page has the same address."""

import ipaddress
import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from index.errors import AddressRefused

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*)")
_NUMERIC = re.compile(r"(?:\d+|0x[0-9a-f]*)")
_KEPT = "%!$&'()*+,;=:@/~"
_MAX_CHARS = 2_000


def read_address(text: str) -> str:
    """Return a person's address in the form that Footnote keeps: `https://host/path?query`.

    https is taken where no scheme is written. Raises AddressRefused for what is no address of the
    web, names a user or a password, or writes an IP address in an odd way.
    """
    text = text.strip()
    if text.startswith("//"):
        text = f"https:{text}"
    elif not _SCHEME.match(text):
        if _OTHER_SCHEME.match(text):
            raise AddressRefused(
                "{address} is no web address; it has to begin with https:// or http://. Check the"
                " address.",
                address=show_address(text),
            )
        text = f"https://{text}"
    return normalise_address(text)


def normalise_address(text: str) -> str:
    """Return an absolute address in its one form: see `read_address`."""
    if len(text) > _MAX_CHARS:
        raise AddressRefused(
            "{address} is longer than {most:,} characters. Check the address.",
            address=show_address(text),
            most=_MAX_CHARS,
        )
    if not text.isprintable() or " " in text.split("?")[0].split("#")[0].rstrip():
        raise AddressRefused(
            "{address} holds spaces or control characters. Check the address.",
            address=show_address(text),
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _refuse(text, error) from error
    if parts.scheme not in _PORTS:
        raise AddressRefused(
            "{address} is no web address; it has to begin with https:// or http://. Check the"
            " address.",
            address=show_address(text),
        )
    if "@" in parts.netloc:
        raise AddressRefused("The address names a user or a password. Leave them out.")
    host = _read_host(parts.hostname or "", text)
    if port is not None and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = quote(_resolve_dots(parts.path), safe=_KEPT)
    query = quote(parts.query, safe=_KEPT + "?")
    return urlunsplit((parts.scheme, host, path, query, ""))


def join_address(base: str, reference: str) -> str:
    """Return where a page's reference leads, in its one form: see `read_address`."""
    try:
        joined = urljoin(base, reference)
    except ValueError as error:
        raise _refuse(reference, error) from error
    return normalise_address(joined)


def split_host(address: str) -> tuple[str, str, int]:
    """Return the scheme, the host and the port of an address in its one form."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def show_address(address: str) -> str:
    """Return an address for a message or a log: short, and without its query."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in address.partition("?")[0])
    return shown if len(shown) <= 200 else f"{shown[:199]}…"


def name_address(address: str) -> str:
    """Return what people call a page: its address without the scheme, readable."""
    name = address.partition("://")[2]
    readable = unquote(name)
    return (readable if readable.isprintable() and " " not in readable else name).rstrip("/")


def _read_host(host: str, text: str) -> str:
    """Return a host in ASCII; an IP address in brackets where it is of version 6."""
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host.replace("%", "?"))  # no zone of this machine's own
            return f"[{address.compressed}]"
        except ValueError as error:
            raise _refuse_host(text) from error
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise _refuse_host(text) from error
    host = host.removesuffix(".")
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise _refuse_host(text)
    # Browsers read 127.1, 0x7f.1 and 2130706433 as IP addresses; nobody writes them in good faith.
    if _NUMERIC.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise _refuse_host(text) from error
    return host


def _resolve_dots(path: str) -> str:
    """Return a path without `.` and `..`; it begins with a slash."""
    whole: list[str] = []
    parts = path.removeprefix("/").split("/")
    for i, part in enumerate(parts):
        plain = part.replace("%2e", ".").replace("%2E", ".")
        if plain in (".", ".."):
            if plain == "..":
                del whole[-1:]
            if i + 1 == len(parts):
                whole.append("")
        else:
            whole.append(part)
    return "/" + "/".join(whole)


def _refuse(text: str, error: ValueError) -> AddressRefused:
    return AddressRefused(
        "{address} is no web address ({reason}). Check the address.",
        address=show_address(text),
        reason=str(error),
    )


def _refuse_host(text: str) -> AddressRefused:
    return AddressRefused("{address} names no host. Check the address.", address=show_address(text))
