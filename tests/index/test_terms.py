"""What full text search compares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.languages import DENSE_LANGUAGES, LANGUAGES, SCRIPT_LANGUAGES, STOP_WORDS
from index.rows import is_term
from index.terms import detect_language, extract_terms, question_terms, stop_words


def test_forms_of_one_word_are_one_term() -> None:
    assert extract_terms("Troops deployed; a TROOP deploys", "en") == [
        "troop",
        "deploy",
        "troop",
        "deploy",
    ]


def test_accents_and_case_do_not_part_words() -> None:
    assert extract_terms("Mélenchon MELENCHON", "en") == extract_terms("melenchon melenchon", "en")


def test_signs_are_read_as_the_letters_that_they_stand_for() -> None:
    assert extract_terms("37℃ ½ ﬁne", "en") == extract_terms("37 °C 1⁄2 fine", "en")


def test_stop_words_leave_no_term() -> None:
    assert extract_terms("What is the budget of the council?", "en") == ["budget", "council"]


def test_words_are_stemmed_by_their_language() -> None:
    assert extract_terms("Häuser", "de") == extract_terms("Hauses", "de")
    assert extract_terms("Häuser", "en") != extract_terms("Hauses", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The committee met in the morning and it was decided that all of this would wait.", "en"),
        ("Der Ausschuss tagte am Morgen, und es wurde beschlossen, dass alles warten kann.", "de"),
        ("Le comité s'est réuni dans la matinée et il est décidé que tout cela attende.", "fr"),
        ("El comité se reunió por la mañana y se decidió que todo esto puede esperar.", "es"),
        ("La commissione si è riunita nella mattina e ha deciso che tutto questo aspetti.", "it"),
        ("De commissie kwam in de ochtend bijeen en besloot dat het allemaal kan wachten.", "nl"),
        ("A comissão reuniu-se de manhã e foi decidido que tudo isto não pode esperar.", "pt"),
        ("Kommittén träffades på morgonen och det beslutades att allt detta ska vänta.", "sv"),
        ("Udvalget mødtes om morgenen, og det blev besluttet, at alt dette skal vente.", "da"),
        ("Utvalget møttes om morgenen, og det ble bestemt at noe av dette må vente.", "no"),
        ("Valiokunta kokoontui aamulla, ja se päätti, että kaikki tämä voi vielä odottaa.", "fi"),
        ("A bizottság reggel ült össze, és úgy döntött, hogy ez még nem sürgős.", "hu"),
        ("Komisja zebrała się rano i to ona zdecydowała, że wszystko może poczekać.", "pl"),
        ("Comisia s-a întrunit dimineața și a decis că toate acestea pot să aștepte.", "ro"),
        ("Kurul sabah toplandı ve bütün bunlar için daha sonra karar verilecek.", "tr"),
        ("Panitia berkumpul pada pagi hari dan memutuskan bahwa semua ini bisa menunggu.", "id"),
        ("Комитет собрался утром, и было решено, что всё это может подождать.", "ru"),
        ("Комітет зібрався вранці, і було вирішено, що все це може почекати.", "uk"),
        ("Η επιτροπή συνεδρίασε το πρωί και αποφάσισε ότι όλα αυτά μπορούν να περιμένουν.", "el"),
        ("اجتمعت اللجنة في الصباح وتقرر أن كل هذا يمكن أن ينتظر.", "ar"),
        ("کمیته صبح تشکیل شد و تصمیم گرفت که همه این کارها را به بعد بگذارد.", "fa"),
        ("समिति की बैठक सुबह हुई और तय हुआ कि यह सब बाद में होगा।", "hi"),
        ("위원회는 아침에 모여 이 모든 일을 미루기로 했다.", "ko"),
        ("คณะกรรมการประชุมกันตอนเช้าและตัดสินใจให้รอก่อน", "th"),
        ("委員会は朝に集まり、すべて待つことに決めた。", "ja"),
        ("委员会早上开会，决定这一切都可以等。", "zh"),
        ("国際連合の本部", "ja"),
        ("The word 東京 stands in an English sentence, and that is not much of it.", "en"),
    ],
)
def test_the_language_is_told_by_its_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "123 456", "საქართველო", "lorem ipsum dolor sit amet"])
def test_a_text_without_function_words_counts_as_english(text: str) -> None:
    assert detect_language(text) == "en"


def test_a_question_word_stands_for_its_stems_in_every_language_of_the_library() -> None:
    (word,) = question_terms("Häuser", ("de", "en"))
    assert word == {"haus", "hauser"}


def test_a_question_of_stop_words_alone_keeps_them() -> None:
    assert question_terms("What is it?", ("en",)) == [
        frozenset({"what"}),
        frozenset({"is"}),
        frozenset({"it"}),
    ]


def test_a_word_asked_twice_counts_once() -> None:
    assert len(question_terms("budget budgets BUDGET", ("en",))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_script_and_terms(language: str) -> None:
    assert any(language in codes for codes in SCRIPT_LANGUAGES.values())
    assert extract_terms("xylophon", language)
    assert extract_terms("Ξυλόφωνο ксилофон 木琴 シロホン ไซโลโฟน 실로폰 زيلوفون", language)


@pytest.mark.parametrize("language", STOP_WORDS)
def test_stop_words_are_words_as_texts_are_split_into(language: str) -> None:
    text = " ".join(STOP_WORDS[language].split())
    assert len(stop_words(language)) > 30
    if language not in DENSE_LANGUAGES and language != "sr":
        assert extract_terms(text, language) == []


@given(st.text(), st.sampled_from(sorted(LANGUAGES)))
def test_the_full_text_can_hold_every_term(text: str, language: str) -> None:
    assert all(map(is_term, extract_terms(text, language)))
    for stems in question_terms(text, (language, "de")):
        assert stems
        assert all(map(is_term, stems))


@given(st.text("木琴ですのラジオ xyไซโล실로폰", max_size=30), st.sampled_from(sorted(LANGUAGES)))
def test_what_a_question_asks_for_is_what_a_passage_holds(text: str, language: str) -> None:
    held = set(extract_terms(text, language))
    asked = question_terms(text, (language,))
    assert {pair for stems in asked for pair in stems if len(pair) > 1} <= held or not held


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("мастерская", "мастерскую", "ru"),
        ("ёлки", "елки", "ru"),
        ("λάμπα", "ΛΆΜΠΕΣ", "el"),
        ("الكتاب", "كِتاب", "ar"),
        ("तस्वीरें", "तस्वीरों", "hi"),
        ("ज़रूरी", "जरूरी", "hi"),
        ("kitaplar", "kitabın", "tr"),
        ("٢٠٢٤", "2024", "ar"),
        ("ガイド", "ｶﾞｲﾄﾞ", "ja"),
    ],
)
def test_forms_of_a_word_are_one_term_in_other_scripts(one: str, other: str, language: str) -> None:
    assert extract_terms(one, language) == extract_terms(other, language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("мой", "мои", "uk"),
        ("がく", "かく", "ja"),
        ("दिन", "दीन", "hi"),
        ("ข้าว", "ขาว", "th"),
        ("말", "물", "ko"),
    ],
)
def test_marks_that_make_another_letter_stay(one: str, other: str, language: str) -> None:
    assert extract_terms(one, language) != extract_terms(other, language)


def test_without_spaces_letters_and_their_pairs_are_terms() -> None:
    assert extract_terms("木工室", "ja") == ["木", "工", "室", "木工", "工室"]
    assert extract_terms("ごみ箱", "ja") == ["ごみ", "箱"]
    assert extract_terms("ที่นี่", "th") == ["ที่", "นี่", "ที่นี่"]
    assert extract_terms("학교에서", "ko")[-3:] == ["학교", "교에", "에서"]


def test_each_run_of_letters_is_read_by_its_own_script() -> None:
    assert extract_terms("Backupsの保存", "ja") == ["backup", "保", "存", "保存"]
    assert extract_terms("the word 東京", "en") == ["word", "東", "京", "東京"]
    assert extract_terms("Кнопка Settings", "ru") == ["кнопк", "set"]
    (word,) = question_terms("settings", ("ja", "ru"))
    assert word == {"set"}


def test_what_ends_a_question_leaves_no_term_but_stays_in_a_passage() -> None:
    assert question_terms("窯はどこですか", ("ja",)) == [frozenset({"窯"})]
    assert question_terms("什么时候烧", ("zh",)) == [frozenset({"烧"})]
    assert question_terms("학교에서", ("ko",)) == [
        frozenset({term}) for term in ("학", "교", "학교")
    ]
    assert "目的" in extract_terms("目的地", "zh")


def test_a_question_of_such_phrases_alone_keeps_them() -> None:
    assert frozenset({"どこ"}) in question_terms("どこ", ("ja",))
