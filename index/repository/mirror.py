"""Where a repository's objects are: in a folder that stands there, or in a mirror of our own."""

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import AddressRefused, SourceError, mark
from index.parse.limits import show_name
from index.private import make_folder
from index.repository.address import Address, read_address
from index.repository.git import TRANSPORTS, run_git

_REF = "refs/footnote/head"
_FILTER_KEY = "remote.origin.partialclonefilter"
_READ_S = 60.0
_NOT_FETCHED = mark(
    "git {command} failed: {complaint} Check the address and the branch, and that this machine may"
    " read it."
)
_NO_COMMIT = mark("{repository} has no commit yet. Commit something, or name another branch.")
_NO_BRANCH = mark(
    "{repository} has no commit on a branch {branch}. Commit something, or name another branch."
)
_SHORT_BYTES = 1 << 16
_MAX_PACKS = 20
"""Of fetches one upon the other; then the mirror is made anew, or it would grow for ever."""
_BRANCH = re.compile(r"(?!-)(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\s\x00-\x20\x7f~^:?*\[\\]+")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one repository may cost."""

    files: int = 2_000
    total_bytes: int = 256 << 20
    """Of all documents together that are read in one look."""
    mirror_bytes: int = 1 << 30
    listing_bytes: int = 64 << 20
    fetch_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit and where its objects are."""

    git_dir: Path
    commit: str
    address: Address
    """What its files are linked by; without a host where none is known."""
    partial: bool
    """Objects may be missing on purpose."""


def check_branch(branch: str) -> str:
    """Return the branch's name. Raises AddressRefused for what can be none."""
    if branch and (len(branch) > 200 or not _BRANCH.fullmatch(branch) or branch.endswith("/")):
        raise AddressRefused(
            "{branch} cannot be a branch. Give its name, as in main.", branch=show_name(branch)
        )
    return branch


def open_folder(address: Address, branch: str) -> Checkout:
    """Return the commit that a folder's repository stands at; nothing in it is changed."""
    assert address.folder
    inner = address.folder / ".git"
    git_dir = inner if inner.exists() else address.folder
    ref = f"refs/heads/{branch}" if branch else "HEAD"
    commit = _find_commit(git_dir, ref)
    if not commit:
        template = _NO_BRANCH if branch else _NO_COMMIT
        raise SourceError(
            template,
            repository=show_name(address.shown),
            branch=show_name(branch),
        )
    partial = bool(_ask(git_dir, "config", "--get", "extensions.partialClone"))
    return Checkout(git_dir, commit, _find_published(git_dir, commit), partial)


def update_mirror(
    address: Address,
    branch: str,
    folder: Path,
    *,
    bounds: Bounds,
    file_bytes: int,
    watch: Callable[[], None],
) -> Checkout:
    """Return the newest commit of a repository elsewhere, fetched into a mirror below `folder`.

    A mirror that a fetch does not get on with is made anew beside it, and takes its place when
    it is whole. Raises SourceError where the repository cannot be had.
    """
    mirror = _name_mirror(address, branch, folder)
    fresh = mirror.with_suffix(".new")
    make_folder(folder)
    shutil.rmtree(fresh, ignore_errors=True)

    filter_spec = f"blob:limit={file_bytes + 1}"

    def fetch(into: Path) -> str:
        def look() -> None:
            watch()
            if _measure(into) > bounds.mirror_bytes:
                raise SourceError(
                    "{repository} takes more than {most:,} MB. Name a smaller repository.",
                    repository=show_name(address.shown),
                    most=bounds.mirror_bytes >> 20,
                )

        ref = f"refs/heads/{branch}" if branch else "HEAD"
        arguments = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"]
        arguments += ["--no-write-fetch-head", f"--filter={filter_spec}"]
        secret = {"http.extraHeader": f"Authorization: {address.authorization}"}
        secret["http.followRedirects"] = "false"  # or the secret would go along
        run_git(
            [*arguments, "--", "origin", f"+{ref}:{_REF}"],
            git_dir=into,
            timeout_s=bounds.fetch_s,
            max_bytes=_SHORT_BYTES,
            transports=TRANSPORTS,
            settings=secret if address.authorization else None,
            failure=_NOT_FETCHED,
            watch=look,
        )
        look()
        return _find_commit(into, _REF)

    commit = ""
    whole = mirror.is_dir() and _find_commit(mirror, _REF)
    # Fetched with another limit, it may lack what is wanted now.
    if whole and _ask(mirror, "config", "--get", _FILTER_KEY) == filter_spec:
        packs = mirror / "objects" / "pack"
        for left in packs.glob("tmp_*"):
            left.unlink(missing_ok=True)
        if sum(1 for _ in packs.glob("*.pack")) <= _MAX_PACKS:
            try:
                commit = fetch(mirror)
            except SourceError:
                commit = ""  # a broken mirror and an absent host look alike from here
    if not commit:
        try:
            _make_empty(fresh, address)
            commit = fetch(fresh)
            if not commit:
                raise SourceError(
                    "{repository} has no commit yet.", repository=show_name(address.shown)
                )
            shutil.rmtree(mirror, ignore_errors=True)
            fresh.rename(mirror)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return Checkout(mirror, commit, address, partial=True)


def remove_mirror(address: Address, branch: str, folder: Path) -> None:
    """Remove what was fetched of a repository elsewhere."""
    mirror = _name_mirror(address, branch, folder)
    shutil.rmtree(mirror, ignore_errors=True)
    shutil.rmtree(mirror.with_suffix(".new"), ignore_errors=True)


def _name_mirror(address: Address, branch: str, folder: Path) -> Path:
    key = hashlib.sha256(f"{address.shown}\n{branch}".encode()).hexdigest()[:24]
    return folder / f"{key}.git"


def _make_empty(git_dir: Path, address: Address) -> None:
    init = ["init", "--quiet", "--bare", "--template=", "--initial-branch=none"]
    run_git(init, git_dir=git_dir, timeout_s=_READ_S, max_bytes=_SHORT_BYTES)
    _ask(git_dir, "config", "remote.origin.url", address.shown)


def _find_commit(git_dir: Path, ref: str) -> str:
    """Return the id of the commit, "" for none."""
    return _ask(
        git_dir, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )


def _find_published(git_dir: Path, commit: str) -> Address:
    """Return where the folder's repository was cloned from, if the commit is there too."""
    nowhere = Address("", "")
    url = _ask(git_dir, "config", "--get", "remote.origin.url")
    contains = ["--count=1", f"--contains={commit}", "--format=%(refname)", "refs/remotes/origin"]
    if not url or url.startswith("/") or not _ask(git_dir, "for-each-ref", *contains):
        return nowhere
    try:
        return read_address(url)
    except AddressRefused:
        return nowhere


def _ask(git_dir: Path, *arguments: str) -> str:
    """Return git's answer on one line; "" where it has none, or the repository is broken."""
    try:
        said = run_git(arguments, git_dir=git_dir, timeout_s=_READ_S, max_bytes=_SHORT_BYTES)
    except SourceError:
        return ""
    return said.decode("utf-8", "replace").strip()


def _measure(folder: Path) -> int:
    """Return how many bytes a mirror takes; its files come and go meanwhile."""
    total = 0
    for path in (folder / "objects").rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total
