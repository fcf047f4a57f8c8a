"""People who use the loopback's Discord: they write, give commands, press and fill in."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Self

from tests.bot.discord import payloads
from tests.bot.discord.gateway import Discord
from tests.bot.discord.payloads import Payload
from tests.bot.discord.world import LOADING, MODAL, Interaction

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
"""Types of interactions."""
SUBCOMMAND, STRING, INTEGER, BOOLEAN, CHANNEL, ROLE, ATTACHMENT = 1, 3, 4, 5, 7, 8, 11
"""Types of a command's options."""


class Person:
    """A member of every server, in the first one's channel unless another is named."""

    def __init__(self, discord: Discord, member: Payload) -> None:
        self.discord = discord
        self.member = member

    @classmethod
    def new(cls, discord: Discord) -> Self:
        """Someone who has asked nothing yet, and need not wait to do so."""
        return cls(discord, payloads.make_member(payloads.make_user("newcomer")))

    async def write(self, text: str, channel: Payload | None = None, **more: Any) -> Payload:
        """A message; the bot is mentioned where `@me` stands in it."""
        me, channel = self.discord.me, channel or self.discord.channel
        if "guild_id" in channel:
            kept = ("roles", "joined_at", "deaf", "mute")
            more["member"] = {name: self.member[name] for name in kept}
        message = payloads.make_message(
            self.member["user"],
            channel,
            content=text.replace("@me", f"<@{me['id']}>"),
            mentions=[me] if "@me" in text else [],
            **more,
        )
        self.discord.messages[message["id"]] = message
        await self.discord.dispatch("MESSAGE_CREATE", message)
        return message

    async def slash(
        self, command: str, channel: Payload | None = None, /, **options: Any
    ) -> Payload:
        """The message that `/command` is answered with, once it holds more than "thinking"."""
        return await self.answer_to(await self.give(command, channel, **options))

    async def give(
        self, command: str, channel: Payload | None = None, /, **options: Any
    ) -> Interaction:
        """A slash command; a file is `(name, bytes)`, a channel or a role as Discord has it."""
        return await self._interact(COMMAND, self._command(command, options), channel)

    async def type(self, command: str, option: str, typed: str) -> list[Payload]:
        """The choices that are offered while an option is typed."""
        data = self._command(command, {option: typed})
        innermost = data["options"]
        while "options" in innermost[0]:
            innermost = innermost[0]["options"]
        innermost[0]["focused"] = True
        interaction = await self._interact(AUTOCOMPLETE, data)
        told = await self.discord.until(lambda: interaction.callback)
        choices: list[Payload] = told["data"]["choices"]
        return choices

    async def use_menu(self, name: str, message: Payload) -> Interaction:
        """A message's context menu."""
        data = {
            "id": payloads.make_id(),
            "name": name,
            "type": 3,
            "target_id": message["id"],
            "resolved": {"messages": {message["id"]: copy.deepcopy(message)}},
        }
        return await self._interact(COMMAND, data)

    async def press(self, message: Payload, custom_id: str) -> Interaction:
        """A button of a message: the first whose custom id starts so."""
        told = next(
            each for each in walk(message) if each.get("custom_id", "").startswith(custom_id)
        )
        data = {"component_type": 2, "custom_id": told["custom_id"], "id": told["id"]}
        channel = self.discord.channels[message["channel_id"]]
        return await self._interact(COMPONENT, data, channel, message=copy.deepcopy(message))

    async def submit(self, asked: Interaction, *values: Any) -> Interaction:
        """The modal that came, filled in from top to bottom; files are lists of `(name, bytes)`."""
        told = await self.discord.until(lambda: asked.callback)
        assert told["type"] == MODAL
        modal, attachments = copy.deepcopy(told["data"]), {}
        inputs = [each for each in walk(modal) if "custom_id" in each and each is not modal]
        for each, value in zip(inputs, values, strict=False):
            if isinstance(value, str):
                each["value"] = value
            else:
                kept = [self.attach(*file) for file in value]
                attachments |= {attachment["id"]: attachment for attachment in kept}
                each["values"] = [attachment["id"] for attachment in kept]
        data = {
            "custom_id": modal["custom_id"],
            "components": modal["components"],
            "resolved": {"attachments": attachments},
        }
        more = {name: asked.payload[name] for name in ("message",) if name in asked.payload}
        return await self._interact(SUBMIT, data, asked.payload["channel"], **more)

    async def answer_to(self, interaction: Interaction) -> Payload:
        """The first message that answers it, once it holds more than "thinking"."""

        def look() -> Payload | None:
            message = self.discord.messages.get(interaction.original or "")
            return message if message and not message["flags"] & LOADING else None

        return await self.discord.until(look) or {}

    async def _interact(
        self, kind: int, data: Payload, channel: Payload | None = None, **more: Any
    ) -> Interaction:
        payload = payloads.make_interaction(
            kind,
            self.discord.application,
            self.member,
            channel or self.discord.channel,
            data,
            **more,
        )
        interaction = Interaction(payload)
        self.discord.interactions[payload["token"]] = interaction
        await self.discord.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _command(self, command: str, options: dict[str, Any]) -> Payload:
        """`docs add` is a command and its subcommand."""
        resolved: dict[str, dict[str, Payload]] = defaultdict(dict)
        told = [self._option(name, value, resolved) for name, value in options.items()]
        name, *within = command.split()
        for subcommand in reversed(within):
            told = [{"type": SUBCOMMAND, "name": subcommand, "options": told}]
        return {
            "id": payloads.make_id(),
            "name": name,
            "type": 1,
            "options": told,
            "resolved": resolved,
        }

    def _option(self, name: str, value: Any, resolved: dict[str, dict[str, Payload]]) -> Payload:
        if isinstance(value, tuple | dict):
            meant = self.attach(*value) if isinstance(value, tuple) else value
            kinds = {"filename": (ATTACHMENT, "attachments"), "hoist": (ROLE, "roles")}
            named = [kinds[key] for key in kinds if key in meant]
            kind, place = named[0] if named else (CHANNEL, "channels")
            resolved[place][meant["id"]] = meant
            return {"name": name, "type": kind, "value": meant["id"]}
        types = {bool: BOOLEAN, int: INTEGER, str: STRING}
        return {"name": name, "type": types[type(value)], "value": value}

    def attach(self, name: str, data: bytes) -> Payload:
        """A file, as a message or an option carries it."""
        attachment = payloads.make_attachment(name, data, self.discord.address)
        self.discord.files[attachment["id"]] = data
        return attachment


def walk(component: Payload) -> Iterator[Payload]:
    """A message, a modal or a component, and all within it."""
    yield component
    for name in ("components", "accessory", "component"):
        inside = component.get(name, [])
        for each in inside if isinstance(inside, list) else [inside]:
            yield from walk(each)


def read(message: Payload) -> str:
    """All text that a message shows, a display a line."""
    shown = [each["content"] for each in walk(message) if each.get("type") == 10]
    return "\n".join([message["content"], *shown]).strip()


def find_reply(discord: Discord, message: Payload) -> Payload | None:
    """A message that replies to another, if there is one."""
    for said in discord.messages.values():
        if (said.get("message_reference") or {}).get("message_id") == message["id"]:
            return said
    return None
