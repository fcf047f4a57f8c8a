"""Sentences and headings turned into questions, or left alone."""

import pytest

from index.phrases import ask_of_heading, ask_of_sentence

PLAIN = frozenset({"passages", "fees", "documents", "tickets"})


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "Footnote is a bot that answers questions.",
            "What is Footnote?",
            "a bot that answers questions",
        ),
        ("The late fee is the charge for paying late.", "What is the late fee?", None),
        ("Passages are the slices of a text.", "What are passages?", "the slices of a text"),
        ("A ticket costs 12 euros at the door.", "How much does a ticket cost?", None),
        ("A ticket costs six euros.", "How much does a ticket cost?", "six euros"),
        ("Tickets cost $12.50.", "How much do tickets cost?", "$12.50"),
        (
            "Fees must be paid in full by 31 March 2025.",
            "By when must fees be paid in full?",
            "31 March 2025",
        ),
        ("The form has to be signed by noon.", "By when does the form have to be signed?", "noon"),
        ("The museum opens at nine in the morning.", "When does the museum open?", None),
        ("The gates close on 1 May.", "When do the gates close?", "1 May"),
        ("The old bridge was built in 1890.", "When was the old bridge built?", "1890"),
        ("The tour lasts about 90 minutes.", "How long does the tour last?", "about 90 minutes"),
        ("The membership fee is 40 euros.", "What is the membership fee?", "40 euros"),
        ("Net sales rose 10.2% to 11 billion.", "By how much did Net sales rise?", "10.2%"),
        ("The mayor called for a new bridge.", "What did the mayor call for?", "a new bridge"),
        ("The board announced that it will pay.", "What did the board announce?", "it will pay"),
        (
            "The library has forty thousand books.",
            "How many books does the library have?",
            "forty thousand",
        ),
    ],
)
def test_a_sentence_of_a_known_shape_becomes_its_question(
    sentence: str, question: str, answer: str | None
) -> None:
    turned = ask_of_sentence(sentence, "en", PLAIN)
    assert turned is not None
    assert turned.question == question
    assert answer in (None, sentence[turned.start : turned.end])


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a bot that answers questions.",
        "This is the best way to do it.",
        "There is a bot that answers questions.",
        "The problem is a lack of time.",
        "What you see is a slice of text.",
        "When it rains, the garden is a lake of mud.",
        "Footnote is a must.",
        "Ada Lovelace is a mathematician from London.",
        "The museum, which is old, opens at nine.",
        "The museum opens early.",
        "| The fee | is a | table row of things |",
        "The museum was built by hand.",
        "The cuts announced thus far are only a beginning.",
        "The dividend declared today will be paid.",
        "The board today announced a dividend.",
        "footnote is a bot in lower case letters.",
        "Footnote is a bot " + "that answers " * 60 + "questions.",
        "",
    ],
)
def test_a_sentence_that_would_not_read_well_is_left_alone(sentence: str) -> None:
    assert ask_of_sentence(sentence, "en", PLAIN) is None


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Die Satzung ist die Grundlage des Vereins.", "Was ist die Satzung?", None),
        ("Das Museum öffnet um 9 Uhr.", "Wann öffnet das Museum?", "um 9 Uhr"),
        ("Der Eintritt kostet sechs Euro.", "Wie viel kostet der Eintritt?", "sechs Euro"),
        ("Der Verein wurde 1990 gegründet.", "Wann wurde der Verein gegründet?", "1990"),
        ("Die Führung dauert 90 Minuten.", "Wie lange dauert die Führung?", "90 Minuten"),
    ],
)
def test_a_german_sentence_becomes_a_german_question(
    sentence: str, question: str, answer: str | None
) -> None:
    turned = ask_of_sentence(sentence, "de", frozenset())
    assert turned is not None
    assert turned.question == question
    assert answer in (None, sentence[turned.start : turned.end])
    assert ask_of_sentence(sentence, "fr", frozenset()) is None


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("What is Footnote?", "What is Footnote?"),
        ("3.2 How do I start?", "How do I start?"),
        ("How to add documents", "How do I add documents?"),
        ("How the index works", "How does the index work?"),
        ("Where is my data", "Where is my data?"),
        ("Installing Footnote", "How do I install Footnote?"),
        ("Setting up Documents", "How do I set up documents?"),
        ("Remove a document", "How do I remove a document?"),
        ("Fees", None),
        ("Late payment", None),
        ("Ready?", None),
        ("Late fees?", None),
        ("Using", None),
        ("Addresses of offices", None),
        ("What we believe", None),
        ("What is <script>?", None),
        ("Why " + "very " * 20 + "long?", None),
        ("", None),
    ],
)
def test_a_heading_is_a_question_or_is_left_alone(heading: str, question: str | None) -> None:
    assert ask_of_heading(heading, "en", PLAIN) == question


def test_a_german_heading_that_asks_is_a_question() -> None:
    assert ask_of_heading("Wann ist der Eintritt frei?", "de", PLAIN) is not None
    assert ask_of_heading("Wann ist der Eintritt frei", "de", PLAIN) is None
