import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings, SettingsError, read_settings, setting_name
from bot.terminal.commands import REFUSED

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(setting_name(field), raising=False)


def test_the_example_lists_every_setting_in_order_with_its_default_and_explanation() -> None:
    expected = []
    for field, info in Settings.model_fields.items():
        default = info.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        elif isinstance(default, bool):
            default = str(default).lower()
        elif isinstance(default, Path):
            default = f"./{default}"
        assert info.description
        expected.append(f"# {info.description}\n{setting_name(field)}={default}\n")
    _, *listed = (ROOT / ".env.example").read_text("utf-8").split("\n\n")
    assert [part.rstrip("\n") + "\n" for part in listed] == expected


def test_the_example_itself_can_be_used_and_changes_nothing() -> None:
    before = read_settings()
    Path(".env").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    assert read_settings() == before


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "deploy/footnote.service"])
def test_what_starts_footnote_names_settings_that_there_are(file: str) -> None:
    named = set(re.findall(r"\b(?:FOOTNOTE|DISCORD)_[A-Z_]+", (ROOT / file).read_text("utf-8")))
    assert named
    assert named <= {setting_name(field) for field in Settings.model_fields}


def test_the_service_is_not_started_again_with_a_token_that_is_refused() -> None:
    unit = (ROOT / "deploy" / "footnote.service").read_text("utf-8").splitlines()
    assert "Restart=on-failure" in unit
    assert f"RestartPreventExitStatus={REFUSED}" in unit


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("FOOTNOTE_LIBRARY=file\nFOOTNOTE_DATA=file\nFOOTNOTE_MODEL=file\n")
    monkeypatch.setenv("FOOTNOTE_LIBRARY", "environment")
    monkeypatch.setenv("FOOTNOTE_DATA", "environment")
    settings = read_settings(library="line")
    assert (settings.library, str(settings.data), settings.model) == ("line", "environment", "file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_PASSAGE_CHARS", "many"),
        ("FOOTNOTE_PASSAGE_CHARS", "199"),
        ("FOOTNOTE_PASSAGE_CHARS", "4001"),
        ("FOOTNOTE_MAX_FILE_MB", "0"),
        ("FOOTNOTE_LOG_LEVEL", "loud"),
        ("FOOTNOTE_LIBRARY", "../other"),
        ("FOOTNOTE_DATA", "~nobody-of-that-name/data"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed_and_the_token_stays_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        read_settings()
    message = str(raised.value)
    assert message.startswith(f"{name} is '{value}', which is not allowed. ")
    field = next(field for field in Settings.model_fields if setting_name(field) == name)
    assert message.endswith(str(Settings.model_fields[field].description))
    assert "very-secret" not in message
    assert raised.value.__cause__ is None


def test_the_token_is_shown_by_neither_the_settings_nor_their_repr(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    settings = read_settings()
    assert settings.discord_token.get_secret_value() == "very-secret"
    assert "very-secret" not in f"{settings} {settings!r} {settings.model_dump()}"


@pytest.mark.parametrize("name", ["a", "0", "default", "my-server_2", "1" * 64])
def test_a_library_may_be_named(name: str) -> None:
    assert read_settings(library=name).library_folder == Path("data/libraries") / name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", "A", "-a", "_a", "a\n", "ä", "1" * 65, "a\0b"]
)
def test_a_library_may_not_be_named(name: str) -> None:
    with pytest.raises(SettingsError, match="--library"):
        read_settings(library=name)


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("FOOTNOTE_DATA", "~/footnote")
    assert read_settings().data == Path("/home/ada/footnote")


def test_a_file_that_is_not_utf_8_is_named() -> None:
    Path(".env").write_bytes(b"FOOTNOTE_DATA=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        read_settings()


def test_quotes_keep_the_space_at_the_end_of_a_prompt() -> None:
    Path(".env").write_text('FOOTNOTE_QUERY_PROMPT="query: "\nFOOTNOTE_PASSAGE_PROMPT=passage: \n')
    settings = read_settings()
    assert (settings.query_prompt, settings.passage_prompt) == ("query: ", "passage:")
