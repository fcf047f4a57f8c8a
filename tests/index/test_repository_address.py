"""Clone addresses and the links that they lead to."""

from pathlib import Path

import pytest

from index.errors import AddressRefused
from index.repository.address import Address, is_repository_folder, read_address, show_address
from index.repository.forge import link_file

SHA = "0123456789012345678901234567890123456789"


@pytest.mark.parametrize(
    ("text", "shown", "name", "host", "path"),
    [
        ("https://a.example/o/n.git", "https://a.example/o/n.git", "n", "a.example", "o/n"),
        ("git+https://A.example/o/n", "https://A.example/o/n", "n", "a.example", "o/n"),
        (
            "https://a.example:8443/o/n/",
            "https://a.example:8443/o/n/",
            "n",
            "a.example:8443",
            "o/n",
        ),
        (
            "https://u:s3cret@a.example/o/n.git",
            "https://a.example/o/n.git",
            "n",
            "a.example",
            "o/n",
        ),
        ("https://s3cret@a.example/o/n.git", "https://a.example/o/n.git", "n", "a.example", "o/n"),
        ("ssh://git@a.example/o/n.git", "ssh://git@a.example/o/n.git", "n", "a.example", "o/n"),
        (
            "ssh://git:s3cret@a.example:22/o/n",
            "ssh://git@a.example:22/o/n",
            "n",
            "a.example",
            "o/n",
        ),
        ("git@a.example:g/s/n.git", "git@a.example:g/s/n.git", "n", "a.example", "g/s/n"),
        ("https://[::1]:8/o/n.git", "https://[::1]:8/o/n.git", "n", "[::1]:8", "o/n"),
        ("file:///srv/n.git", "file:///srv/n.git", "n", "", ""),
    ],
)
def test_an_address_is_told_without_its_secrets(
    text: str, shown: str, name: str, host: str, path: str
) -> None:
    address = read_address(text)
    assert (address.shown, address.name, address.host, address.path) == (shown, name, host, path)
    assert bool(address.authorization) == ("s3cret" in text and text.startswith("https"))
    assert show_address(text) == shown
    assert "s3cret" not in repr(address)
    assert "czNjcmV0" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "--upload-pack=touch x", "-oProxyCommand=x", "ext::sh -c touch% x", "fd::3"),
        *("http://a.example/o/n.git", "git://a.example/o/n", "ftp://a.example/n", "file://h/n"),
        *("ssh://-oProxyCommand=x/n", "ssh://a.example/-x", "git@-x:n", "git@a.example:-x"),
        *("git@a.example:/-x", "-x@a.example:n", "ssh://-x@a.example/n", "https://a.example"),
        *("https://a.example/o/n?x=s3cret", "https://a.example/o/n#x", "https:///o/n", "a\nb.git"),
        *("git@a.example:n\x00", "https://a.example/o n", "relative/path", "https://[x/n", "C:\\n"),
        *("https://u:s3cret@-x/n", "u:s3cret@http://x", "https://a.example:99999/n", "x" * 3_000),
        *("git@a.example::n", "ext::git@a.example:n", "/no/such/folder"),
    ],
)
def test_whatever_else_is_refused_and_no_secret_is_told(text: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address(text)
    message = str(refused.value)
    assert "s3cret" not in message
    assert "s3cret" not in show_address(text)
    assert len(message) < 500


def test_a_folder_is_a_repository_if_it_holds_one(tmp_path: Path) -> None:
    assert not is_repository_folder(tmp_path)
    (tmp_path / ".git").mkdir()
    assert read_address(str(tmp_path)).folder == tmp_path
    assert read_address(f"{tmp_path}/").name == tmp_path.name


@pytest.mark.parametrize(
    ("clone", "forge", "path", "link"),
    [
        ("https://github.com/o/n.git", "", b"docs/a.md", f"https://github.com/o/n/blob/{SHA}/docs/a.md?plain=1"),
        ("git@github.com:o/n.git", "", b"a.rst", f"https://github.com/o/n/blob/{SHA}/a.rst?plain=1"),
        ("ssh://git@ssh.github.com:443/o/n.git", "", b"a.adoc", f"https://github.com/o/n/blob/{SHA}/a.adoc?plain=1"),
        ("https://github.corp.example/o/n", "", b"a.txt", f"https://github.corp.example/o/n/blob/{SHA}/a.txt"),
        ("https://gitlab.com/g/s/n.git", "", b"a.md", f"https://gitlab.com/g/s/n/-/blob/{SHA}/a.md?plain=1"),
        ("git@gitlab.example.org:g/n.git", "", b"a.txt", f"https://gitlab.example.org/g/n/-/blob/{SHA}/a.txt"),
        ("https://codeberg.org/o/n.git", "", b"a.md", f"https://codeberg.org/o/n/src/commit/{SHA}/a.md?display=source"),
        ("https://gitea.example.org:3000/o/n", "", b"a.txt", f"https://gitea.example.org:3000/o/n/src/commit/{SHA}/a.txt"),
        ("https://git.example.org/g/n", "gitlab", b"a.ipynb", f"https://git.example.org/g/n/-/blob/{SHA}/a.ipynb"),
        ("https://git.example.org/o/n", "forgejo", b"a.html", f"https://git.example.org/o/n/src/commit/{SHA}/a.html"),
        ("https://git.example.org/o/n", "", b"a.md", None),
        ("https://github.com/o/n", "none", b"a.md", None),
        ("https://github.com/o/n/more", "", b"a.md", None),
        ("https://gitlab.com/n.git", "", b"a.md", None),
        ("file:///srv/github.com/o/n.git", "github", b"a.md", None),
        ("https://u:s3cret@github.com/o/n", "", b"a b#?%\xff.md", f"https://github.com/o/n/blob/{SHA}/a%20b%23%3F%25%FF.md?plain=1"),
        ("https://github.com.evil.example/o/n", "", b"a.md", f"https://github.com.evil.example/o/n/blob/{SHA}/a.md?plain=1"),
    ],
)  # fmt: skip
def test_a_file_is_linked_at_its_commit_as_its_forge_does(
    clone: str, forge: str, path: bytes, link: str | None
) -> None:
    assert link_file(read_address(clone), SHA, path, forge) == link


def test_an_address_without_a_host_has_no_links() -> None:
    assert link_file(Address("", ""), SHA, b"a.md", "github") is None
