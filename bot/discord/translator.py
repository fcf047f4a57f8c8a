"""Discord shows commands in each person's language: what they say, not what they are called.

Names stay as they are, for the answers and the handbook call them by these: `/docs add`.
"""

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from bot.language import choose_language, translate

_SAID = {
    TranslationContextLocation.command_description,
    TranslationContextLocation.group_description,
    TranslationContextLocation.parameter_description,
    TranslationContextLocation.choice_name,
}


class Translator(app_commands.Translator):
    """Looks commands' words up in the catalogues."""

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """A text in the language of a locale, if it has one."""
        return translate(string.message, choose_language(locale.value)) if says(context) else None


def says(context: TranslationContextTypes) -> bool:
    """Whether it is a description, a choice or the name of a menu."""
    return context.location in _SAID or isinstance(context.data, app_commands.ContextMenu)
