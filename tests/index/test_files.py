"""Documents on the disk."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from index.errors import DocumentTooLarge, UnreadableFile
from index.files import find_files, read_file
from index.parse import Limits


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_documents_are_found_sorted_below_every_folder(tmp_path: Path) -> None:
    wanted = [write(tmp_path / name) for name in ("a/b/c.MD", "a.pdf", "z.txt", "😀\n.csv")]
    for other in (".hidden.txt", ".git/x.txt", "photo.png", "README", "a/.b/x.md"):
        write(tmp_path / other)
    found = find_files(tmp_path)
    assert found.found == tuple(sorted(wanted))
    assert found.failures == ()


def test_loops_of_links_end_and_each_real_file_comes_once(tmp_path: Path) -> None:
    real = write(tmp_path / "a" / "real.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "b.txt").symlink_to(real)
    (tmp_path / "c").symlink_to(tmp_path / "a")
    assert len(find_files(tmp_path).found) == 1


def test_a_loop_of_links_does_not_repeat_a_failure(tmp_path: Path) -> None:
    (tmp_path / "broken.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [path.name for path, _ in find_files(tmp_path).failures] == ["broken.md"]


def test_a_linked_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "x.txt")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    assert find_files(tmp_path / "in").found == (tmp_path / "in" / "link" / "x.txt",)


def test_broken_links_are_reported_and_the_rest_is_found(tmp_path: Path) -> None:
    good = write(tmp_path / "good.txt")
    (tmp_path / "bad.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    (tmp_path / "bad.png").symlink_to(tmp_path / "gone.png")
    files = find_files(tmp_path)
    assert files.found == (good,)
    assert [path.name for path, _ in files.failures] == ["bad.txt", "self.md"]
    assert "bad.txt is a link to nothing" in str(files.failures[0][1])


def test_pipes_are_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert find_files(tmp_path).found == ()


def test_a_missing_folder_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="gone does not exist"):
        find_files(tmp_path / "gone")
    with pytest.raises(UnreadableFile, match=r"a\.txt cannot be opened"):
        find_files(write(tmp_path / "a.txt"))


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    assert read_file(write(tmp_path / "a.txt", "all of it")) == b"all of it"


def test_what_is_no_regular_file_is_unreadable_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone")
    for path, reason in (
        (tmp_path, "no regular file"),
        (tmp_path / "pipe.txt", "no regular file"),
        (Path("/dev/zero"), "no regular file"),
        (tmp_path / "link.txt", "link to nothing"),
        (tmp_path / "gone.txt", "does not exist"),
        (tmp_path / "nul\0.txt", "cannot be opened"),
    ):
        with pytest.raises(UnreadableFile, match=reason):
            read_file(path)


AS_NOBODY = """
import os, sys
from pathlib import Path
from index.errors import UnreadableFile
from index.files import read_file
if os.geteuid() == 0:  # root may read everything
    os.setuid(65534)
try:
    read_file(Path(sys.argv[1]))
except UnreadableFile as error:
    print(error)
"""


def test_a_forbidden_file_is_unreadable() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = write(Path(folder) / "a.txt")
        path.chmod(0)
        run = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(path)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
    assert "a.txt may not be read" in run.stdout


def test_a_large_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(10 << 30)  # a hole: reading it would take all memory
    with pytest.raises(DocumentTooLarge, match=r"big\.txt takes 10,240\.0 MB; 64 MB are allowed"):
        read_file(path)


def test_a_message_cannot_break_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_file(tmp_path / "a\n\x1b[31m😀.txt")
    assert "a\\n\\x1b[31m😀.txt" in str(caught.value)


def test_nothing_is_read_beyond_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "12345")
    assert read_file(path, Limits(file_bytes=5)) == b"12345"
    with pytest.raises(DocumentTooLarge):
        read_file(path, Limits(file_bytes=4))
