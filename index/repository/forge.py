"""The web address of a file at a commit, on the forges whose form is known."""

from pathlib import PurePosixPath
from urllib.parse import quote_from_bytes

from index.repository.address import Address

FORGES = ("github", "gitlab", "forgejo", "gitea")

_KNOWN = {"github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "forgejo"}
_SPEAKING = ("github", "gitlab", "forgejo", "gitea")
"""First labels of hosts that tell what runs there, such as gitlab.example.org."""
_SSH_HOSTS = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
_RENDERED = frozenset({".md", ".rst", ".rest", ".adoc", ".asciidoc"})
"""Shown rendered, where no line has an address, unless the source is asked for."""


def link_file(address: Address, commit: str, path: bytes, forge: str = "") -> str | None:
    """Return the https address where the file stands as it was at the commit, without a line.

    To this a line is added as `#L12`. `forge` says what runs at the host ("none": nothing known);
    "" leaves it to the host's name. None where there is no such address.
    """
    host = _SSH_HOSTS.get(address.host, address.host)
    forge = (
        forge
        or _KNOWN.get(host)
        or next((name for name in _SPEAKING if host.startswith(f"{name}.")), "")
    )
    depth = len(address.path.split("/"))
    if not host or forge not in FORGES or depth < 2 or (forge != "gitlab" and depth > 2):
        return None
    below = quote_from_bytes(path, safe="/")
    repository = f"https://{host}/{quote_from_bytes(address.path.encode(), safe='/~')}"
    rendered = PurePosixPath(below).suffix.lower() in _RENDERED
    if forge in ("forgejo", "gitea"):
        source = "?display=source" if rendered else ""
        return f"{repository}/src/commit/{commit}/{below}{source}"
    source = "?plain=1" if rendered else ""
    if forge == "gitlab":
        return f"{repository}/-/blob/{commit}/{below}{source}"
    return f"{repository}/blob/{commit}/{below}{source}"
