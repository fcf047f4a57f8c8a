"""Environment and `.env` → Settings, read once, when a command starts."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import FootnoteError


class SettingsError(FootnoteError):
    """A setting, from the environment, `.env` or the command line, is not allowed."""


def _expand(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # `~nobody`
        raise ValueError(str(error)) from error


_Folder = Annotated[Path, AfterValidator(_expand)]
_LOWER = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)


class Settings(BaseSettings):
    """Everything that an operator can choose. A description says what is allowed."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        env_prefix="FOOTNOTE_",
        extra="ignore",
        frozen=True,
    )

    discord_token: SecretStr = Field(
        SecretStr(""),
        validation_alias="DISCORD_TOKEN",
        description="The bot's token for Discord; empty: Footnote talks in the terminal.",
    )
    data: _Folder = Field(
        Path("./data"), description="The folder where libraries are kept; made when it is missing."
    )
    library: str = Field(
        "default",
        pattern=r"\A[a-z0-9][a-z0-9_-]{0,63}\z",
        description="The library's name: a to z, 0 to 9, - and _, 64 characters at most.",
    )
    documents: _Folder = Field(
        Path("./documents"), description="The folder that `footnote run` indexes."
    )
    model: str = Field(
        "",
        description="The embedding model, a Hugging Face id or a folder; empty: the packaged one.",
    )
    query_prompt: str = Field(
        "",
        max_length=1000,
        description="What stands before each question when it is embedded, in quotes to keep a "
        "space at its end, 1000 characters at most; empty: the model's own.",
    )
    passage_prompt: str = Field(
        "",
        max_length=1000,
        description="The same before each passage; another takes `footnote reindex --full`.",
    )
    reranker: str = Field(
        "",
        description="A cross-encoder that judges the best passages once more, a Hugging Face id or "
        "a folder; empty: none.",
    )
    passage_chars: int = Field(
        1200, ge=200, le=4000, description="The longest passage in characters, 200 to 4000."
    )
    max_file_mb: int = Field(
        64, ge=1, le=4096, description="The largest file in megabytes, 1 to 4096."
    )
    max_server_documents: int = Field(
        5000, ge=1, description="The most documents that one Discord server may keep."
    )
    max_server_passages: int = Field(
        50_000, ge=1, description="The most passages of them; 1,000 take some 20 MB on the disk."
    )
    max_server_mb: int = Field(
        1024, ge=1, description="The most megabytes of files and pages that they come from."
    )
    forget_after_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="After so many days all that is kept of a Discord server which the bot has left"
        " is removed, 1 to 3650.",
    )
    ocr_languages: str = Field(
        "",
        pattern=r"\A[A-Za-z_/]*(\+[A-Za-z_/]+)*\z",
        description="What Tesseract reads scans in, as eng+deu; empty: all it has, four at most.",
    )
    message_content: bool = Field(
        False,
        description="Whether the bot asks Discord for the message content intent, which "
        "`/docs channel` and `/docs help-channel` need and the developer portal has to allow: true "
        "or false.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], _LOWER] = Field(
        "warning", description="What is logged: debug, info, warning or error."
    )
    log_format: Annotated[Literal["text", "json"], _LOWER] = Field(
        "text", description="How it is logged: text, or json with an object a line."
    )
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="The port on which the bot serves /metrics, /healthz and /readyz, up to 65535; "
        "0: none.",
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="The address on which it does; only what may read them should reach another.",
    )

    @property
    def library_folder(self) -> Path:
        """Where the chosen library lives."""
        return self.data / "libraries" / self.library


def setting_name(field: str) -> str:
    """The environment variable behind a field of Settings."""
    return str(Settings.model_fields[field].validation_alias or f"FOOTNOTE_{field.upper()}")


def tell_settings(settings: Settings) -> dict[str, str]:
    """What the environment says, by variable: without secrets, and without the data folder."""
    told = settings.model_dump(mode="json", exclude={"data"})
    return {
        setting_name(field): value if isinstance(value, str) else json.dumps(value)
        for field, value in told.items()
        if not isinstance(getattr(settings, field), SecretStr)
    }


def read_settings(data: Path | None = None, library: str | None = None) -> Settings:
    """Return the settings; `data` and `library`, from the command line, come before all else.

    Raises SettingsError, which names the setting, its value and what is allowed.
    """
    chosen: dict[str, Any] = {"data": data, "library": library}
    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        raise _explain(error, chosen) from None  # pydantic's own text would show every value
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f".env cannot be read ({error}). Save it as UTF-8 text that this user may read."
        ) from error


def _explain(error: ValidationError, chosen: dict[str, Any]) -> SettingsError:
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0]).lower()
    flag = f" (--{field})" if chosen.get(field) is not None else ""
    value = "hidden here" if field == "discord_token" else repr(str(first["input"]))
    allowed = Settings.model_fields[field].description
    return SettingsError(f"{setting_name(field)}{flag} is {value}, which is not allowed. {allowed}")
