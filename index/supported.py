"""What a sentence-transformers model must be to be used here, and the prompts that it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.errors import ModelError

QUERY_PROMPTS = ("query",)
PASSAGE_PROMPTS = ("document", "passage", "corpus")
"""The names under which models keep their prompts; the first that is not empty counts."""

OTHERWISE = "Set FOOTNOTE_MODEL to another, or leave it empty."


@dataclass(frozen=True, slots=True)
class Prompts:
    """What stands before each question and each passage when it is embedded; "" for the model's
    own, or nothing where it has none."""

    query: str = ""
    passage: str = ""


def own_prompts(prompts: Mapping[str, str | None]) -> Prompts:
    """The prompts that a model itself keeps, by their names."""
    return Prompts(_first(prompts, QUERY_PROMPTS), _first(prompts, PASSAGE_PROMPTS))


def require_supported(name: str, model: Any) -> None:
    """Raise ModelError, which says what is lacking, unless passages can be embedded with it.

    It takes one transformer for questions and passages that gives a vector a token, and modules
    behind it that need no more than these.
    """
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    kind = type(model[0]).__name__
    if kind == "StaticEmbedding":
        reason = "is a table of word vectors: its tokens have none that tell of their sentence"
    elif kind in ("Router", "Asym"):
        reason = "embeds questions with one network and passages with another"
    elif not isinstance(model[0], Transformer):
        reason = f"begins with {kind}, and not with a transformer"
    elif any(isinstance(one, Pooling) and not one.include_prompt for one in model):
        reason = "leaves its prompts out of its vectors (include_prompt: false)"
    else:
        return
    raise ModelError(
        f"The model {name!r} {reason}, which Footnote cannot use. It takes a sentence-transformers "
        f"model of one transformer and a pooling of its tokens. {OTHERWISE}"
    )


def explain_failure(error: Exception) -> str:
    """Why a model could not be loaded, as a sentence."""
    reason = str(error).partition("\n")[0].strip() or type(error).__name__
    if "trust_remote_code" in str(error) or "custom code" in reason:
        return (
            "it brings code of its own (trust_remote_code), and Footnote runs none that comes with "
            "a model."
        )
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def _first(prompts: Mapping[str, str | None], names: tuple[str, ...]) -> str:
    return next((prompt for name in names if (prompt := prompts.get(name))), "")
