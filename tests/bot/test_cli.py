"""The commands in one process, with a real model and real files."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.index.cross_encoders import save_cross_encoder

Footnote = Callable[..., Result]

OPENING = "When does the museum open in the morning?"
PASSAGE_KEYS = [
    *("rank", "document", "title", "page", "heading", "text", "start_char", "end_char"),
    *("score", "highlights", "link", "also"),
]


def test_an_answer_in_json_has_the_promised_shape_and_marks_the_sentence(town: Footnote) -> None:
    done = town("ask", OPENING, "--json", "--top", "1")
    answer = json.loads(done.stdout)
    keys = ["question", "answered", "confidence", "taught", "passages", "took_ms"]
    assert list(answer) == keys and answer["taught"] is None
    assert (answer["question"], answer["answered"], done.exit_code) == (OPENING, True, 0)
    assert 0.5 <= answer["confidence"] <= 1
    [passage] = answer["passages"]
    assert list(passage) == PASSAGE_KEYS
    assert (passage["rank"], passage["document"], passage["page"]) == (1, "town.md", None)
    assert passage["heading"] == "Town guide › Museum"
    [[start, end]] = passage["highlights"]
    assert passage["text"][start:end] == "The museum opens at nine in the morning."
    assert len(passage["text"]) == passage["end_char"] - passage["start_char"]


def test_what_the_documents_do_not_hold_is_not_answered(town: Footnote) -> None:
    done = town("ask", "Who painted yellow flowers near Xanthos?")
    assert done.exit_code == 1
    assert done.stdout.startswith("○ This is not in the documents. I searched 1 document.\n")
    assert "The closest passages" in done.stdout
    asked = town("ask", "Who painted yellow flowers near Xanthos?", "--json")
    assert (asked.exit_code, json.loads(asked.stdout)["answered"]) == (1, False)
    assert json.loads(asked.stdout)["passages"]


def test_an_answer_quotes_marks_and_cites(town: Footnote) -> None:
    done = town("ask", OPENING)
    assert done.exit_code == 0
    assert "┃ »The museum opens at nine in the morning.« It shows old maps" in done.stdout
    assert "[1] Town guide · Museum\n    town.md\n" in done.stdout
    assert "\x1b" not in done.output


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_one_line_on_stderr(town: Footnote, question: str) -> None:
    done = town("ask", question)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("The question is empty.")
    assert done.stderr.count("\n") == 1


def test_a_question_of_ten_thousand_characters_is_refused(town: Footnote) -> None:
    done = town("ask", "why " * 2500)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "10,000" in done.stderr or "9,999" in done.stderr


@pytest.mark.parametrize("command", [["ask", OPENING], ["chat"]])
def test_without_documents_the_command_that_adds_some_is_named(
    footnote: Footnote, command: list[str]
) -> None:
    done = footnote(*command, input="")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "footnote add" in done.stderr
    assert footnote("documents").stdout.startswith("No documents yet.")
    assert json.loads(footnote("documents", "--json").stdout) == []


@pytest.mark.parametrize("top", ["0", "51", "x"])
def test_top_has_bounds(footnote: Footnote, top: str) -> None:
    assert footnote("ask", OPENING, "--top", top).exit_code == 2


def test_one_bad_file_among_good_ones_is_named_and_the_others_go_on(
    footnote: Footnote, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "empty.md").write_text("")
    (folder / "junk.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "museum.txt").write_text("The museum opens at nine in the morning.")
    (folder / "🦉 big\nowl.md").write_text("# Owl\n\nThe bird is awake at night.")
    (folder / "links").mkdir()
    (folder / "links" / "broken.md").symlink_to("nowhere.md")
    (folder / "loop").symlink_to(folder)
    done = footnote("add", "notes", "missing.md")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "2 added · 0 updated · 0 unchanged · 0 removed · 4 failed"
    failed = {Path(line.split(": ")[0]).name for line in lines if line.startswith("✗")}
    assert failed == {"missing.md", "broken.md", "empty.md", "junk.txt"}
    assert {item["document"] for item in json.loads(footnote("documents", "--json").stdout)} == {
        "museum.txt",
        "🦉 big\nowl.md",
    }
    assert "🦉 big\\nowl.md" in footnote("documents").stdout
    assert "🦉 big\\nowl.md" in footnote("ask", "Is the bird awake at night?", "--top", "1").stdout


def test_adding_again_embeds_only_what_changed(town: Footnote, tmp_path: Path) -> None:
    (tmp_path / "documents" / "new.md").write_text("The bridge is red.")
    assert town("add", "documents").stdout.startswith(
        "1 added · 0 updated · 1 unchanged · 0 removed · 0 failed\n1 passage, "
    )
    (tmp_path / "documents" / "new.md").write_text("The bridge is blue now.")
    assert town("add", "documents").stdout.startswith("0 added · 1 updated · 1 unchanged")
    done = town("add", "documents")
    assert done.stdout == "0 added · 0 updated · 2 unchanged · 0 removed · 0 failed\n"
    assert done.stderr == ""


def test_a_folder_without_documents_says_so(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    done = footnote("add", "void")
    assert (done.exit_code, done.stdout.split(":")[0]) == (0, "Nothing to index")


def test_the_list_of_documents_tells_what_changed_and_reindex_mends_it(
    town: Footnote, tmp_path: Path
) -> None:
    source = tmp_path / "documents" / "town.md"
    [listed] = json.loads(town("documents", "--json").stdout)
    assert (listed["document"], listed["title"]) == ("town.md", "Town guide")
    assert (listed["source"], listed["passages"]) == (str(source), 2)
    assert listed["status"] == "current"
    source.write_text("# Town guide\n\nThe museum is closed.")
    assert json.loads(town("documents", "--json").stdout)[0]["status"] == "changed"
    assert "footnote reindex" in town("documents").stdout
    assert town("reindex").stdout.startswith("0 added · 1 updated")
    source.unlink()
    assert json.loads(town("documents", "--json").stdout)[0]["status"] == "gone"
    assert town("reindex").stdout.startswith("0 added · 0 updated · 0 unchanged · 1 removed")


def test_a_removed_document_is_named_and_gone(town: Footnote) -> None:
    done = town("remove", "town.md")
    assert (done.exit_code, done.stdout) == (0, "Removed town.md (2 passages).\n")
    again = town("remove", "town.md")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "town.md" in again.stderr


def test_libraries_and_data_folders_are_kept_apart(town: Footnote, tmp_path: Path) -> None:
    assert town("documents", "--library", "other", "--json").stdout == "[]\n"
    assert town("documents", "--data", "elsewhere", "--json").stdout == "[]\n"
    assert town("documents", "--data", str(tmp_path / "data"), "--json").stdout != "[]\n"


@pytest.mark.parametrize("name", ["../x", "A", ""])
def test_a_bad_library_name_is_a_usage_error(footnote: Footnote, name: str) -> None:
    done = footnote("documents", "--library", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("FOOTNOTE_LIBRARY (--library) is ")
    assert done.stderr.count("\n") == 1


def test_a_bad_setting_is_one_line_without_the_token(
    footnote: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    monkeypatch.setenv("FOOTNOTE_PASSAGE_CHARS", "9")
    done = footnote("documents")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("FOOTNOTE_PASSAGE_CHARS is '9', which is not allowed.")
    assert "very-secret" not in done.output


def test_a_changed_passage_size_is_named_and_embedding_afresh_mends_it(
    town: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSAGE_CHARS", "300")
    done = town("ask", OPENING)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "footnote reindex --full" in done.stderr
    examined = town("doctor")
    assert examined.exit_code == 1
    assert "→ footnote reindex --full" in examined.stdout
    assert town("reindex", "--full").exit_code == 0
    assert town("ask", OPENING).exit_code == 0


def test_another_model_is_named_and_one_that_is_none_too(
    town: Footnote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FOOTNOTE_MODEL")
    done = town("ask", OPENING)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "all-MiniLM-L6-v2@53aa51172d14" in done.stderr
    assert "footnote reindex --full" in done.stderr
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("FOOTNOTE_MODEL", str(tmp_path / "nothing"))
    done = town("ask", OPENING)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "FOOTNOTE_MODEL" in done.stderr
    assert town("doctor").exit_code == 1


def test_a_reranker_answers_is_named_by_the_doctor_and_one_that_is_none_is_refused(
    town: Footnote, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = save_cross_encoder(tiny_model, tmp_path / "tiny-cross")
    monkeypatch.setenv("FOOTNOTE_RERANKER", str(folder))
    asked = town("ask", OPENING, "--json")
    assert asked.exit_code in (0, 1)  # random weights may say either
    assert json.loads(asked.stdout)["passages"]
    assert "Reranker" in town("doctor").stdout
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("FOOTNOTE_RERANKER", str(tmp_path / "nothing"))
    refused = town("ask", OPENING)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "FOOTNOTE_RERANKER" in refused.stderr
    assert "fail  Reranker" in town("doctor").stdout


@pytest.mark.parametrize("command", [["ask", OPENING], ["documents"], ["add", "documents"]])
def test_a_corrupt_store_is_named_and_left_alone(
    town: Footnote, tmp_path: Path, command: list[str]
) -> None:
    store = tmp_path / "data" / "libraries" / "default" / "library.db"
    store.write_bytes(b"no database at all, but long enough to be one " * 200)
    before = store.read_bytes()
    done = town(*command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "library.db" in done.stderr
    assert done.stderr.count("\n") == 1
    assert store.read_bytes() == before
    examined = town("doctor")
    assert examined.exit_code == 1
    assert "library.db" in examined.stdout


def test_a_corrupt_index_heals_itself(town: Footnote, tmp_path: Path) -> None:
    index = tmp_path / "data" / "libraries" / "default" / "nearest.faiss"
    before = town("ask", OPENING)
    assert index.exists()
    index.write_bytes(b"junk")
    assert town("ask", OPENING).stdout == before.stdout
    assert town("doctor").exit_code == 0


def test_the_doctor_finds_a_damaged_store_that_still_opens(town: Footnote, tmp_path: Path) -> None:
    import sqlite3

    store = tmp_path / "data" / "libraries" / "default" / "library.db"
    with sqlite3.connect(store) as database:
        database.execute("UPDATE passage SET start_char = start_char + 1 WHERE start_char = 0")
        changed = database.execute("UPDATE document SET passages = passages + 1").rowcount
    database.close()
    assert changed == 1
    done = town("doctor")
    assert done.exit_code == 1
    assert "fail  Store" in done.stdout


def test_the_doctor_is_content_before_anything_was_added(
    footnote: Footnote, tmp_path: Path
) -> None:
    done = footnote("doctor")
    assert done.exit_code == 0
    for subject in ("Python", "SQLite", "faiss-cpu", "torch", "Disk", "Model", "Backend"):
        assert f"  {subject}" in done.stdout
    assert "mkdir" in done.stdout  # there is no documents folder
    assert "footnote add FOLDER" in done.stdout


def test_a_piped_conversation_answers_each_line_and_survives_bad_ones(town: Footnote) -> None:
    done = town("chat", input=f"/more\n\n{OPENING}\n{'x' * 10_000}\n/sources\n/what\n\x00\x1b[2J\n")
    assert done.exit_code == 0
    assert "Ask a question first." in done.stdout
    assert f"› {OPENING}\n● " in done.stdout
    assert "10,000 characters" in done.stdout
    assert done.stdout.count("Ask a question first.") == 2  # the long one left no answer behind
    assert "/sources  where the passages" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_conversation_shows_more_passages_and_where_they_stand(
    town: Footnote, tmp_path: Path
) -> None:
    for number in range(6):
        (tmp_path / "documents" / f"{number}.md").write_text(f"The museum has room {number}.")
    assert town("add", "documents").exit_code == 0
    done = town(
        "chat", input=f"{OPENING}\n/more\n/sources\n/more\n/more\n/more\n/quit\nnever asked\n"
    )
    first, second, sources, third, fourth, fifth = done.stdout.split("\n› /")[0:6]
    # Rooms do not open: only the first passage would answer by itself.
    assert "[1]" in first and "[2]" not in first
    assert "[2]" in second and "[4]" in second and "[1]" not in second
    assert str(tmp_path / "documents" / "town.md") in sources and "[4]" in sources
    assert "[5]" in third and "[7]" in third
    assert "[8]" in fourth
    assert "no more passages" in fifth
    assert "never asked" not in done.stdout


def test_a_conversation_reads_a_follow_up_with_the_standing_question(town: Footnote) -> None:
    whole = "How many books has the library forty thousand?"
    done = town("chat", input=f"When?\n{whole}\nAnd where?\nWhy?\n{OPENING}\nAnd then?\n")
    first, second, third, fourth, fifth, sixth = done.stdout.split("› ")[1:]
    assert "(read with" not in first + second + fifth
    assert f"And where?\n(read with: {whole})\n" in third
    assert f"Why?\n(read with: And where? {whole})\n" in fourth
    assert f"And then?\n(read with: {OPENING})\n" in sixth


def test_run_indexes_the_documents_and_answers(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.md").write_text("The museum opens at nine in the morning.")
    (tmp_path / "documents" / "b.md").write_text("The bridge is red.")
    done = footnote("run", input=OPENING)
    assert done.exit_code == 0
    *before, ready = done.stderr.splitlines()
    assert "DISCORD_TOKEN is not set" in before[0] and len(before) <= 5
    assert ready == "Ready: 2 documents, 2 passages."
    assert "»The museum opens at nine in the morning.«" in done.stdout
    (tmp_path / "documents" / "b.md").unlink()
    again = footnote("run", input="")
    assert again.stderr.splitlines()[-1] == "Ready: 1 document, 1 passage."


def test_run_without_a_documents_folder_says_what_to_do(footnote: Footnote, tmp_path: Path) -> None:
    done = footnote("run", input="")
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(tmp_path / "documents") in done.stderr
    assert "FOOTNOTE_DOCUMENTS" in done.stderr


def test_an_evaluation_prints_the_promised_names(footnote: Footnote, tmp_path: Path) -> None:
    context = "The museum opens at nine in the morning. The bridge is red."
    answers = [{"text": "nine", "answer_start": context.index("nine")}]
    qas = [{"id": "1", "question": OPENING, "answers": answers}]
    paragraphs = [{"context": context, "qas": qas}]
    gold = {"version": "1.1", "data": [{"title": "Town", "paragraphs": paragraphs}]}
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    (tmp_path / "off.json").write_text(json.dumps(["Who painted yellow flowers near Xanthos?"]))
    done = footnote("eval", "gold.json", "--off-topic", "off.json", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert {
        *("questions", "passages", "recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"),
        *("highlight@1", "answered_on_topic", "refused_off_topic", "auroc", "index_seconds"),
        "query_ms",
    } <= report.keys()
    assert (report["questions"], report["recall@1"], report["highlight@1"]) == (1, 1.0, 1.0)
    assert report["query_ms"].keys() == {"p50", "p95"}
    table = footnote("eval", "gold.json").stdout.splitlines()
    assert [line.split()[0] for line in table[:3]] == ["questions", "passages", "recall@1"]
    assert not (tmp_path / "data" / "libraries").exists()


def test_an_evaluation_of_follow_ups_compares_both_ways(town: Footnote, tmp_path: Path) -> None:
    pairs = [
        {"earlier": OPENING, "question": "And then?", "answers": ["nine in the morning"]},
        {"earlier": OPENING, "question": "And Xanthos?", "absent": True},
    ]
    (tmp_path / "gold.json").write_text(json.dumps(pairs))
    done = town("eval", "gold.json", "--documents", "documents", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert list(report) == ["passages", "elliptical", "standalone", "absent"]
    assert list(report["elliptical"]) == ["pairs", "recall@1", "recall@3", "answered"]
    assert report["elliptical"]["recall@1"].keys() == {"carried", "alone"}
    assert report["standalone"] is None
    head, *rows = town("eval", "gold.json", "--documents", "documents").stdout.splitlines()
    assert "with the earlier question" in head and "without" in head
    assert [row.split()[0] for row in rows] == ["elliptical"] * 3 + ["absent"]
    (tmp_path / "off.json").write_text('["q"]')
    refused = town("eval", "gold.json", "--documents", "documents", "--off-topic", "off.json")
    assert refused.exit_code == 2
    assert "--off-topic" in refused.stderr


def test_a_gold_file_that_is_none_is_one_line(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "gold.json").write_text("{")
    done = footnote("eval", "gold.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "gold.json" in done.stderr


def test_no_command_prints_the_help_and_version_the_version(footnote: Footnote) -> None:
    assert "Commands" in footnote().output
    assert footnote("--version").output.startswith("footnote")


def test_run_over_a_folder_without_documents_says_what_to_do(
    footnote: Footnote, tmp_path: Path
) -> None:
    (tmp_path / "documents").mkdir()
    done = footnote("run", input="")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{tmp_path / 'documents'} holds no documents." in done.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1/", "not public"),
        ("https://10.0.0.1/wiki", "not public"),
        ("https://user:secret@example.org/", "password"),
    ],
)
def test_an_address_that_is_not_public_is_refused_and_the_others_go_on(
    footnote: Footnote, tmp_path: Path, address: str, said: str
) -> None:
    (tmp_path / "town.md").write_text("# Town\n\nThe museum opens at nine.")
    done = footnote("add", address, "town.md")
    assert (done.exit_code, "1 added" in done.stdout, "1 failed" in done.stdout) == (1, True, True)
    assert said in done.stdout
    assert "secret" not in done.output


def test_a_repository_is_added_listed_and_removed_by_its_address(
    footnote: Footnote, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "guide.rst").write_text("Guide\n=====\n\nThe museum opens at nine.\n")
    for line in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *person, *line], cwd=folder, check=True)
    assert "1 added" in footnote("add", "project", "--every", "week").stdout
    listed = footnote("documents").stdout
    assert "project/guide.rst" in listed
    assert f"{folder}\n  repository, looked at" in listed
    assert "every week" in listed
    assert footnote("remove", str(folder)).stdout.endswith("(1 document).\n")
    assert footnote("documents").stdout.startswith("No documents yet.")
