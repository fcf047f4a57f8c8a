"""Clone addresses: which ones are read, and what they say without their secrets."""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from index.errors import AddressRefused, mark
from index.parse.limits import show_name

_SCHEMES = frozenset({"https", "ssh", "file"})
_ASIDE = re.compile(r"(?:git\+)?(?:ssh|https|file)://", re.IGNORECASE)
_SHORT = re.compile(r"([A-Za-z0-9_][\w.+-]*)@([A-Za-z0-9][\w.-]*):(?!/?-)([^:].*)", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w.])?|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9_][\w.+-]*", re.ASCII)
_MAX_CHARS = 2_000
_NO_ADDRESS = mark(
    "{address} is no clone address that Footnote reads. Give https://host/owner/name.git,"
    " ssh://git@host/owner/name.git, git@host:owner/name.git, or a folder that holds .git."
)
_NOTHING = mark(
    "That is no clone address that Footnote reads. Give https://host/owner/name.git,"
    " ssh://git@host/owner/name.git, git@host:owner/name.git, or a folder that holds .git."
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository is."""

    shown: str
    """As it may be shown, kept and handed to git: without a password or a token."""
    name: str
    """What people call the repository."""
    host: str = ""
    """In lower case, with the port where https names one; "" for a folder of this machine."""
    path: str = ""
    """Below the host, without slashes around it or `.git`: `owner/name`."""
    folder: Path | None = None
    """Of a repository that is read where it stands."""
    authorization: str = field(default="", repr=False)
    """The value of the header that carries the secrets; never to be shown."""


def is_repository(text: str) -> bool:
    """Say whether what a person names is a repository: a clone address or a folder that is one.

    An https address counts if it ends in `.git` or begins with `git+`; any other is a page.
    """
    text = text.strip()
    if text.lower().startswith(("ssh://", "git+https://", "git+ssh://", "file://", "git+file://")):
        return True
    if _SHORT.fullmatch(text):
        return True
    if text.lower().startswith(("https://", "http://")):
        try:
            return urlsplit(text).path.rstrip("/").lower().endswith(".git")
        except ValueError:
            return False
    return is_repository_folder(Path(text))


def is_repository_folder(folder: Path) -> bool:
    """Say whether a folder holds `.git`, or is a bare repository."""
    try:
        if (folder / ".git").exists():
            return True
        return (folder / "HEAD").is_file() and all(
            (folder / part).is_dir() for part in ("objects", "refs")
        )
    except (OSError, ValueError):
        return False


def read_address(text: str) -> Address:
    """Return what a clone address says. Raises AddressRefused for any that git must not get."""
    text = text.strip()
    unfit = not text or text.startswith("-") or len(text) > _MAX_CHARS or not text.isprintable()
    if unfit or (any(char.isspace() for char in text) and not text.startswith("/")):
        raise _refuse(text)
    if text.startswith("/"):
        if not is_repository_folder(Path(text)):
            raise AddressRefused(
                "{address} is no git repository. Give a folder that holds .git, or a clone address"
                " such as https://host/owner/name.git.",
                address=show_name(text),
            )
        return Address(text, _name(Path(text).resolve().name), folder=Path(text))
    if _ASIDE.match(text):
        return _read_url(text[4:] if text.lower().startswith("git+") else text)
    short = _SHORT.fullmatch(text)
    if not short or "::" in text:
        raise _refuse(text)
    path = _clean_path(short[3])
    return Address(text, _name(path), short[2].lower(), path)


def show_address(text: str) -> str:
    """Return a clone address as it may be shown: without a password or a token."""
    try:
        return show_name(read_address(text).shown)
    except AddressRefused:
        return _redact(text)


def _read_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _refuse(text) from error
    scheme, path = parts.scheme.lower(), _clean_path(unquote(parts.path))
    if scheme not in _SCHEMES or parts.query or parts.fragment or not path.strip("~"):
        raise _refuse(text)
    if scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise _refuse(text)
        return Address(f"file://{parts.path}", _name(path))
    user, host = unquote(parts.username or ""), parts.netloc.rpartition("@")[2]
    host = host.removesuffix(f":{port}" if port is not None else ":")
    if not _HOST.fullmatch(host) or unquote(parts.path).startswith("/-"):
        raise _refuse(text)
    place = host if port is None else f"{host}:{port}"
    if scheme == "ssh":
        if user and not _USER.fullmatch(user):
            raise _refuse(text)
        shown = f"ssh://{user}@{place}{parts.path}" if user else f"ssh://{place}{parts.path}"
        return Address(shown, _name(path), host.lower(), path)
    secret = ""
    if user or parts.password:
        pair = f"{user}:{unquote(parts.password or '')}"
        secret = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    shown = f"https://{place}{parts.path}"
    return Address(shown, _name(path), place.lower(), path, authorization=secret)


def _clean_path(path: str) -> str:
    return path.strip("/").removesuffix(".git").rstrip("/")


def _name(path: str) -> str:
    name = path.rpartition("/")[2].removesuffix(".git").lstrip("~.")
    return "".join(char if char.isprintable() else "_" for char in name)[:100] or "repository"


def _redact(text: str) -> str:
    """Return the address without what stands before an @ or behind a ?, for that may be secret."""
    return show_name(re.split("[?#]", text.rpartition("@")[2])[0])


def _refuse(text: str) -> AddressRefused:
    address = _redact(text)
    template = _NO_ADDRESS if address else _NOTHING
    return AddressRefused(template, address=address)
