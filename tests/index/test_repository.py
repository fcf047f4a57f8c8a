"""A repository's documents: which ones, where they lead, and what a second look reads."""

import hashlib
import os
import socket
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import index.repository
from index.errors import AddressRefused, SourceError
from index.parse import Limits
from index.repository import Bounds, forget_repository, is_repository, look_at_repository
from index.types import Document, Look, Origin

GUIDE = b"# Guide\n\nTie the boat with a bowline.\n\n## Tides\n\nHigh water is at noon.\n"


class Repo:
    """A repository that a test writes to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        return subprocess.run(
            ["git", *person, "-C", str(self.folder), *arguments],
            input=given,
            capture_output=True,
            check=True,
            env={"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": os.devnull},
        ).stdout

    def write(self, path: str, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").decode().strip()

    def commit_tree(self, entries: list[tuple[str, str, bytes]]) -> str:
        """A commit of a tree that no checkout would make: mode, blob's id or content, name."""
        lines = []
        for mode, content, name in entries:
            blob = self.git("hash-object", "-w", "--stdin", given=content.encode()).strip()
            lines.append(mode.encode() + b" blob " + blob + b"\t" + name + b"\0")
        raw = b""
        for line in sorted(lines, key=lambda line: line.partition(b"\t")[2]):
            head, _, name = line[:-1].partition(b"\t")
            mode_bytes, _, blob = head.split(b" ")
            raw += mode_bytes.lstrip(b"0") + b" " + name + b"\0" + bytes.fromhex(blob.decode())
        tree = self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=raw)
        commit = self.git("commit-tree", "-m", "x", tree.decode().strip()).decode().strip()
        self.git("update-ref", "refs/heads/main", commit)
        return commit


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "harbour")
    made.write("README.md", GUIDE)
    made.write("docs/rules.txt", b"Be kind.\n")
    made.write("docs/code.py", b"x = 1\n")
    made.commit()
    return made


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Look]:
    def look_at(address: str, notes: dict[str, str] | None = None, **options: object) -> Look:
        bounds = options.pop("bounds", Bounds())
        limits = options.pop("limits", Limits())
        tick = options.pop("tick", lambda *_: None)
        origin = Origin(7, "repository", address, options, 3600, datetime.now(UTC))  # type: ignore[arg-type]
        return look_at_repository(
            origin,
            notes or {},
            folder=tmp_path / "mirrors",
            limits=limits,  # type: ignore[arg-type]
            tick=tick,  # type: ignore[arg-type]
            bounds=bounds,  # type: ignore[arg-type]
        )

    return look_at


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all documents that are parsed, in order."""
    names: list[str] = []
    parse = index.repository.parse_caged

    def count(data: bytes, name: str, limits: Limits, *, lines: bool) -> Document:
        names.append(name)
        return parse(data, name, limits, lines=lines)

    monkeypatch.setattr(index.repository, "parse_caged", count)
    return names


def names(found: Look) -> list[str]:
    return [document.name for document in found.documents]


def say_failures(found: Look) -> dict[str, str]:
    return {source: str(error) for source, error in found.failed.items()}


def test_a_folder_is_read_at_its_commit_and_left_alone(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    repo.write("README.md", b"Not committed.\n")
    repo.write("new.md", b"Not committed either.\n")
    files = sorted((path, path.stat().st_mtime_ns) for path in repo.folder.rglob("*"))
    status = repo.git("status", "--porcelain")
    found = look(str(repo.folder))
    assert names(found) == ["harbour/README.md", "harbour/docs/rules.txt"]
    guide = found.documents[0]
    assert guide.document.title == "Guide"
    assert guide.document.text == (
        "Guide\n\nTie the boat with a bowline.\n\nTides\n\nHigh water is at noon."
    )
    assert [span.fragment for span in guide.document.spans] == ["#L3", "#L7"]
    assert guide.document.spans[1].heading_path == ("Guide", "Tides")
    assert guide.source == f"{repo.folder}#README.md"
    assert (guide.size_bytes, guide.origin) == (len(GUIDE), 7)
    assert guide.content_hash == hashlib.sha256(GUIDE).hexdigest()
    assert guide.link is None
    assert found.sources == {document.source for document in found.documents}
    assert not found.failed
    after = sorted((path, path.stat().st_mtime_ns) for path in repo.folder.rglob("*"))
    # git status itself may refresh the index, and nothing else is new.
    assert [path for path, _ in after] == [path for path, _ in files]
    assert repo.git("status", "--porcelain") == status
    assert not (tmp_path / "mirrors").exists()


def test_only_what_changed_is_parsed_again(
    repo: Repo, look: Callable[..., Look], parsed: list[str], tmp_path: Path
) -> None:
    address = f"file://{repo.folder}"
    first = look(address)
    assert parsed == ["README.md", "rules.txt"]
    parsed.clear()

    again = look(address, dict(first.notes))
    assert (again.documents, again.sources) == ((), first.sources)
    assert again.notes == first.notes

    repo.write("docs/rules.txt", b"Be kind, always.\n")
    repo.write("docs/more.rst", b"More\n====\n\nText.\n")
    repo.commit()
    changed = look(address, dict(first.notes))
    assert names(changed) == ["harbour/docs/more.rst", "harbour/docs/rules.txt"]
    assert changed.sources == first.sources | {f"{address}#docs/more.rst"}
    assert parsed == ["more.rst", "rules.txt"]
    parsed.clear()

    repo.git("mv", "docs/rules.txt", "docs/law.txt")
    repo.git("rm", "--quiet", "README.md")
    repo.commit()
    moved = look(address, dict(changed.notes))
    assert names(moved) == ["harbour/docs/law.txt"]
    assert moved.sources == {f"{address}#docs/law.txt", f"{address}#docs/more.rst"}
    assert parsed == ["law.txt"]
    assert len(list((tmp_path / "mirrors").iterdir())) == 1


def test_a_mirror_below_a_relative_folder_is_found_from_anywhere(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # as with the data folder's default, ./data
    origin = Origin(7, "repository", f"file://{repo.folder}", {}, 3600, datetime.now(UTC))
    look = look_at_repository(
        origin, {}, folder=Path("data/mirrors"), limits=Limits(), tick=lambda *_: None
    )
    assert look.documents
    [mirror] = (tmp_path / "data" / "mirrors").iterdir()
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in mirror.rglob("*")} == {0}


def test_a_commit_that_changes_no_document_reads_none(
    repo: Repo, look: Callable[..., Look], parsed: list[str]
) -> None:
    first = look(f"file://{repo.folder}")
    parsed.clear()
    repo.write("docs/code.py", b"x = 2\n")
    repo.commit()
    again = look(f"file://{repo.folder}", dict(first.notes))
    assert not again.documents
    assert not parsed
    assert again.sources == first.sources


def test_the_mirror_is_shallow_and_survives_a_history_that_was_rewritten(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    for number in range(3):
        repo.write("README.md", b"Version %d of it.\n" % number)
        repo.commit()
    first = look(f"file://{repo.folder}")
    [mirror] = (tmp_path / "mirrors").iterdir()
    log = subprocess.run(
        ["git", f"--git-dir={mirror}", "rev-list", "refs/footnote/head"],
        capture_output=True,
        check=True,
    )
    assert len(log.stdout.splitlines()) == 1
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.write("README.md", b"All is new.\n")
    repo.commit()
    repo.git("branch", "-M", "other", "main")
    again = look(f"file://{repo.folder}", dict(first.notes))
    assert [document.document.text for document in again.documents] == ["All is new."]


def test_a_branch_and_a_folder_below_can_be_chosen(repo: Repo, look: Callable[..., Look]) -> None:
    repo.git("checkout", "--quiet", "-b", "next")
    repo.write("docs/next.md", b"Soon.\n")
    repo.write("docs-old/old.md", b"Then.\n")
    repo.commit()
    repo.git("checkout", "--quiet", "main")
    for address in (str(repo.folder), f"file://{repo.folder}"):
        assert names(look(address, branch="next", below="docs/")) == [
            "harbour/docs/next.md",
            "harbour/docs/rules.txt",
        ]
        assert len(names(look(address))) == 2
        first = look(address, below="docs")
        whole = look(address, dict(first.notes))
        assert names(whole) == ["harbour/README.md"]
        with pytest.raises(SourceError, match="gone"):
            look(address, branch="gone")


@pytest.mark.parametrize("left", ["empty", "no objects", "lock", "half a pack"])
def test_a_mirror_that_was_left_half_made_is_mended(
    repo: Repo, look: Callable[..., Look], tmp_path: Path, left: str
) -> None:
    first = look(f"file://{repo.folder}")
    [mirror] = (tmp_path / "mirrors").iterdir()
    (tmp_path / "mirrors" / mirror.name.replace(".git", ".new")).mkdir()
    packs = mirror / "objects" / "pack"
    if left == "empty":
        for path in sorted(mirror.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    elif left == "no objects":
        for path in packs.iterdir():
            path.unlink()
    elif left == "lock":
        (mirror / "shallow.lock").write_bytes(b"")
    else:
        (packs / "tmp_pack_1").write_bytes(b"PACK")
    repo.write("README.md", b"Mended.\n")
    repo.commit()
    again = look(f"file://{repo.folder}", dict(first.notes))
    assert [document.document.text for document in again.documents] == ["Mended."]
    assert len(list((tmp_path / "mirrors").iterdir())) == 1
    assert not list(packs.glob("tmp_*"))


def test_a_look_that_is_stopped_leaves_nothing_broken(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    class Stopped(Exception):
        pass

    calls = 0

    def stop_at_second(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Stopped

    with pytest.raises(Stopped):
        look(f"file://{repo.folder}", tick=stop_at_second)
    assert not list((tmp_path / "mirrors").glob("*.new"))
    assert len(look(f"file://{repo.folder}").documents) == 2


def test_a_host_that_never_answers_is_left_in_time_and_no_secret_is_told(
    look: Callable[..., Look], tmp_path: Path
) -> None:
    def look_around(*_: object) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert b"s3cret" not in process.read_bytes()
            except OSError:
                continue

    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(SourceError, match=r"not done after 1 seconds") as failure:
            look(f"https://u:s3cret@{place}/o/n.git", tick=look_around, bounds=Bounds(fetch_s=0.6))
    assert "s3cret" not in str(failure.value)
    assert not list((tmp_path / "mirrors").iterdir())
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert place.encode() not in process.read_bytes()
        except OSError:
            continue


def test_a_repository_that_is_gone_is_an_error_and_the_mirror_stays(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    first = look(f"file://{repo.folder}")
    repo.folder.rename(tmp_path / "away")
    with pytest.raises(SourceError, match="git fetch failed"):
        look(f"file://{repo.folder}", dict(first.notes))
    assert len(list((tmp_path / "mirrors").glob("*.git"))) == 1
    (tmp_path / "away").rename(repo.folder)
    assert not look(f"file://{repo.folder}", dict(first.notes)).documents


def test_a_repository_without_a_commit_says_so(tmp_path: Path, look: Callable[..., Look]) -> None:
    empty = Repo(tmp_path / "empty")
    with pytest.raises(SourceError, match="has no commit yet"):
        look(str(empty.folder))
    with pytest.raises(SourceError, match="HEAD"):
        look(f"file://{empty.folder}")


def test_a_bare_repository_and_a_second_worktree_are_read_where_they_stand(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    repo.git("clone", "--quiet", "--bare", str(repo.folder), str(tmp_path / "bare.git"))
    assert names(look(str(tmp_path / "bare.git")))[0] == "bare/README.md"
    repo.git("worktree", "add", "--quiet", str(tmp_path / "side"), "-b", "side")
    assert names(look(str(tmp_path / "side")))[0] == "side/README.md"


def test_hostile_trees_yield_their_honest_files_only(
    tmp_path: Path, look: Callable[..., Look]
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("The password.")
    repo = Repo(tmp_path / "evil")
    repo.commit_tree(
        [
            ("120000", str(secret), b"link.md"),
            ("100644", "up", b"../up.md"),
            ("100644", "up", b"a/../../up.md"),
            ("100644", "hidden", b".hidden.md"),
            ("100644", "Honest.", b"honest.md"),
            ("100644", "Odd name.", b"line\nbreak\t.md"),
            ("100644", "Latin-1 name.", b"caf\xe9.md"),
            ("100644", "x", b"n" * 600 + b".md"),
            ("100644", "\0\1\2" * 500, b"binary.md"),
        ]
    )
    for address in (str(repo.folder), f"file://{repo.folder}"):
        found = look(address)
        assert sorted(document.document.text for document in found.documents) == [
            "Honest.",
            "Latin-1 name.",
            "Odd name.",
        ]
        assert names(found) == ["evil/caf\\xe9.md", "evil/honest.md", "evil/line\\nbreak\\t.md"]
        assert list(found.failed) == [f"{address}#binary.md"]
        assert "is not text" in str(found.failed[f"{address}#binary.md"])
        assert f"{address}#binary.md" in found.sources


def test_a_file_over_the_limit_fails_alone_and_is_not_fetched(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.write("huge.md", os.urandom(300_000).hex().encode())
    repo.commit()
    limits = Limits(file_bytes=100_000)
    for address in (str(repo.folder), f"file://{repo.folder}"):
        found = look(address, limits=limits)
        assert len(found.documents) == 2
        assert "harbour/huge.md takes" in str(found.failed[f"{address}#huge.md"])
        again = look(address, dict(found.notes), limits=limits)
        assert say_failures(again) == say_failures(found)
        assert not again.documents
        repo.write("README.md", os.urandom(50).hex().encode())
        repo.commit()
        changed = look(address, dict(found.notes), limits=limits)
        assert names(changed) == ["harbour/README.md"]
        assert say_failures(changed) == say_failures(found)
    size = sum(path.stat().st_size for path in (tmp_path / "mirrors").rglob("*.pack"))
    assert size < 100_000
    larger = look(f"file://{repo.folder}", limits=Limits(file_bytes=1_000_000))
    assert "harbour/huge.md" in names(larger)
    assert not larger.failed


def test_a_file_that_lfs_keeps_says_so(repo: Repo, look: Callable[..., Look]) -> None:
    repo.write("big.md", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    repo.commit()
    found = look(str(repo.folder))
    assert len(found.documents) == 2
    assert "kept in Git LFS" in str(found.failed[f"{repo.folder}#big.md"])


def test_the_mirror_of_an_origin_that_is_no_more_is_removed(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    look(f"file://{repo.folder}")
    look(f"file://{repo.folder}", branch="main")
    now = datetime.now(UTC)
    for address, options, left in (
        (str(repo.folder), {}, 2),
        ("--refused", {}, 2),
        (f"file://{repo.folder}", {"branch": "main"}, 1),
        (f"file://{repo.folder}", {}, 0),
    ):
        origin = Origin(7, "repository", address, options, 3600, now)
        forget_repository(origin, tmp_path / "mirrors")
        assert len(list((tmp_path / "mirrors").iterdir())) == left
    assert repo.head()


def test_more_than_the_bounds_allow_is_an_error(repo: Repo, look: Callable[..., Look]) -> None:
    with pytest.raises(SourceError, match=r"holds 2 documents; 1 are allowed.*below"):
        look(str(repo.folder), bounds=Bounds(files=1))
    with pytest.raises(SourceError, match=r"documents take 0 MB; 0 MB are allowed.*below"):
        look(str(repo.folder), bounds=Bounds(total_bytes=50))
    with pytest.raises(SourceError, match=r"git ls-tree writes more than"):
        look(str(repo.folder), bounds=Bounds(listing_bytes=10))
    with pytest.raises(SourceError, match=r"takes more than 0 MB"):
        look(f"file://{repo.folder}", bounds=Bounds(mirror_bytes=100))


def test_a_repository_or_folder_without_documents_is_an_error(
    repo: Repo, look: Callable[..., Look]
) -> None:
    with pytest.raises(SourceError, match="Its folder gone holds no documents"):
        look(str(repo.folder), below="gone")
    repo.git("rm", "--quiet", "README.md", "docs/rules.txt")
    repo.commit()
    with pytest.raises(SourceError, match="The repository holds no documents"):
        look(str(repo.folder))


def test_hooks_and_filters_of_a_folder_do_not_run(
    repo: Repo, look: Callable[..., Look], tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    repo.write(".gitattributes", b"*.md filter=evil diff=evil\n")
    repo.commit()
    for key in ("filter.evil.smudge", "core.fsmonitor", "diff.evil.textconv", "core.pager"):
        repo.git("config", key, f"touch {ran}; cat")
    repo.git("config", "core.sshCommand", f"touch {ran}")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::touch {ran}")
    assert len(look(str(repo.folder)).documents) == 2
    assert not ran.exists()


@pytest.mark.parametrize(
    ("remote", "link"),
    [
        ("git@github.com:owner/harbour.git", "https://github.com/owner/harbour/blob/"),
        ("https://x:s3cret@github.com/owner/harbour", "https://github.com/owner/harbour/blob/"),
        ("ext::sh -c touch", None),
        ("../elsewhere", None),
    ],
)
def test_a_folder_leads_to_where_its_commit_was_pushed(
    repo: Repo, look: Callable[..., Look], remote: str, link: str | None
) -> None:
    repo.git("config", "remote.origin.url", remote)
    assert {document.link for document in look(str(repo.folder)).documents} == {None}
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    found = look(str(repo.folder))
    links = [document.link for document in found.documents]
    if link is None:
        assert links == [None, None]
    else:
        commit = repo.head()
        assert links == [f"{link}{commit}/README.md?plain=1", f"{link}{commit}/docs/rules.txt"]
    assert "s3cret" not in repr(found)


def test_documents_that_stay_keep_the_link_of_the_commit_at_which_they_were_read(
    repo: Repo, look: Callable[..., Look]
) -> None:
    repo.git("config", "remote.origin.url", "git@codeberg.org:owner/harbour.git")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    first = look(str(repo.folder))
    assert first.documents[0].link == (
        f"https://codeberg.org/owner/harbour/src/commit/{repo.head()}/README.md?display=source"
    )
    other = look(str(repo.folder), dict(first.notes), forge="gitlab")
    assert len(other.documents) == 2  # for their links are others
    assert other.documents[0].link == (
        f"https://codeberg.org/owner/harbour/-/blob/{repo.head()}/README.md?plain=1"
    )


def test_a_commit_that_is_pushed_after_it_was_read_is_linked_from_then_on(
    repo: Repo, look: Callable[..., Look]
) -> None:
    repo.git("config", "remote.origin.url", "git@codeberg.org:owner/harbour.git")
    first = look(str(repo.folder))
    assert {document.link for document in first.documents} == {None}
    assert not look(str(repo.folder), dict(first.notes)).documents
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    pushed = look(str(repo.folder), dict(first.notes))
    assert len([document.link for document in pushed.documents if document.link]) == 2
    assert not look(str(repo.folder), dict(pushed.notes)).documents


def test_notes_that_cannot_be_read_are_as_none(repo: Repo, look: Callable[..., Look]) -> None:
    first = look(str(repo.folder))
    for broken in ("{", "[1]"):
        notes = {**first.notes, "at": "", "blobs": broken, "failures": broken}
        assert len(look(str(repo.folder), notes).documents) == 2


def test_without_git_the_error_names_it(
    repo: Repo, look: Callable[..., Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="apt-get install git"):
        look(f"file://{repo.folder}")
    with pytest.raises(SourceError, match="apt-get install git"):
        look(str(repo.folder))


def test_what_a_person_names_is_told_from_a_page_and_a_folder(repo: Repo, tmp_path: Path) -> None:
    assert is_repository("https://example.org/owner/name.git")
    assert is_repository("git@example.org:owner/name")
    assert is_repository("ssh://git@example.org/owner/name")
    assert is_repository("git+https://example.org/owner/name")
    assert is_repository(str(repo.folder))
    assert not is_repository("https://example.org/owner/name")
    assert not is_repository(str(tmp_path))
    assert not is_repository("notes.txt")
    assert not is_repository("\0")


@pytest.mark.parametrize("option", [{"branch": "--upload-pack=x"}, {"below": "../x"}])
def test_hostile_options_are_refused(
    repo: Repo, look: Callable[..., Look], option: dict[str, str]
) -> None:
    with pytest.raises(AddressRefused):
        look(str(repo.folder), **option)
    with pytest.raises(SourceError, match="no forge known"):
        look(str(repo.folder), forge="evil")
    assert replace(look(str(repo.folder)), documents=()).sources
