"""What Discord's REST API answers: a world of servers, people and messages, and its routes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.bot.discord import payloads
from tests.bot.discord.payloads import Payload

EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9
"""Types of answers to an interaction."""

Told = tuple[int, Any]
"""The status and the JSON of a response."""


@dataclass(slots=True)
class Interaction:
    """Something that a person did, and what the bot made of it."""

    payload: Payload
    callback: Payload | None = None
    """The first answer, as the bot sent it."""
    original: str | None = None
    """The id of the message that `@original` stands for."""
    followups: list[str] = field(default_factory=list)


class World:
    """All that there is on one Discord; underscored methods answer the routes of the table."""

    def __init__(self, servers: int) -> None:
        self.me = payloads.make_user("footnote", bot=True)
        self.application = self.me["id"]
        self.alice = payloads.make_member(payloads.make_user("alice"))
        self.admin = payloads.make_member(
            payloads.make_user("admin"), permissions=payloads.EVERYTHING
        )
        people = [payloads.make_member(self.me), self.alice, self.admin]
        self.guilds = [
            payloads.make_guild(f"Server {number}", self.admin["user"], people)
            for number in range(1, servers + 1)
        ]
        self.direct = payloads.make_channel(
            "", payloads.DIRECT, recipients=[self.alice["user"]], last_message_id=None
        )
        rooms = [guild["channels"][0] for guild in self.guilds]
        self.channels: dict[str, Payload] = {room["id"]: room for room in (*rooms, self.direct)}
        self.messages: dict[str, Payload] = {}
        self.interactions: dict[str, Interaction] = {}
        """By their tokens."""
        self._nonces: dict[tuple[str, str] | None, Payload] = {}
        """By channel and nonce, the messages that were sent with `enforce_nonce`."""
        self.gateway = ""
        """Where the gateway is said to be."""
        self.unserved: list[str] = []
        """Requests on routes that stand in no table below; a test wants none."""

    @property
    def channel(self) -> Payload:
        """The first server's channel."""
        channel: Payload = self.guilds[0]["channels"][0]
        return channel

    def answer(self, route: str, body: Any) -> Told:
        """What a request is answered with."""
        for pattern, answer in ROUTES:
            if match := re.fullmatch(pattern, route):
                told = answer(self, body, *match.groups())
                if isinstance(told, tuple):
                    return told
                if told == {}:
                    return 404, {"code": 0, "message": "404: Not Found"}
                return (204, None) if told is None else (200, told)
        self.unserved.append(route)
        return 501, {"code": 0, "message": "Not served here"}

    def _give_me(self, body: Any) -> Payload:
        return self.me

    def _give_application(self, body: Any) -> Payload:
        return {
            "id": self.application,
            "name": "Footnote",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": self.admin["user"],
            "team": None,
            "flags": 0,
        }

    def _give_gateway(self, body: Any) -> Payload:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway, "shards": 1, "session_start_limit": limit}

    def _keep_commands(self, body: Any, application: str) -> list[Payload]:
        given = {"application_id": application, "version": payloads.make_id()}
        return [
            {"description": "", **command, **given, "id": payloads.make_id()} for command in body
        ]

    def _give_commands(self, body: Any, guild: str) -> list[Payload]:
        return []

    def _take_callback(self, body: Any, id: str, token: str) -> Payload | Told:
        interaction = self.interactions[token]
        if interaction.callback:
            return 400, {"code": 40060, "message": "Interaction has already been acknowledged."}
        interaction.callback = body
        resource: Payload = {"type": body["type"]}
        if body["type"] in (MESSAGE, DEFERRED):
            data = body.get("data") or {}
            loading = LOADING if body["type"] == DEFERRED else 0
            message = self._say(interaction.payload["channel"], data, loading)
            interaction.original = message["id"]
            resource["message"] = message
        elif body["type"] in (UPDATE, DEFERRED_UPDATE):
            message = self.messages[interaction.payload["message"]["id"]]
            interaction.original = message["id"]
            resource["message"] = _edit(message, body.get("data") or {})
        told = {"id": id, "type": interaction.payload["type"]}
        return {"interaction": told, "resource": resource}

    def _edit_webhook(self, body: Any, token: str, id: str) -> Payload:
        message = self._find_webhook(None, token, id)
        return _edit(message, body) if message else {}

    def _find_webhook(self, body: Any, token: str, id: str) -> Payload:
        found = self.interactions[token].original if id == "@original" else id
        return self.messages.get(found or "", {})

    def _follow_up(self, body: Any, token: str) -> Payload:
        interaction = self.interactions[token]
        message = self._say(interaction.payload["channel"], body)
        interaction.followups.append(message["id"])
        return message

    def _post(self, body: Any, channel: str) -> Payload:
        """A message in a channel; with `enforce_nonce` there is one of each nonce."""
        enforced = (channel, body["nonce"]) if body.get("enforce_nonce") else None
        if enforced in self._nonces:
            return self._nonces[enforced]
        message = self._say(self.channels[channel], body)
        if enforced:
            self._nonces[enforced] = message
        if reference := body.get("message_reference"):
            # The library tells ids as numbers; Discord always as text.
            told = {name: id and str(id) for name, id in reference.items() if name.endswith("_id")}
            message |= {"type": 19, "message_reference": told}
        return message

    def _edit_message(self, body: Any, channel: str, id: str) -> Payload:
        return _edit(self.messages[id], body) if id in self.messages else {}

    def _find_pins(self, body: Any, channel: str) -> Payload:
        pinned = [
            message
            for message in self.messages.values()
            if message["channel_id"] == channel and message["pinned"]
        ]
        items = [{"pinned_at": payloads.SINCE, "message": message} for message in pinned]
        return {"items": items, "has_more": False}

    def _find_message(self, body: Any, channel: str, id: str) -> Payload:
        return self.messages.get(id, {})

    def _find_messages(self, body: Any, channel: str) -> list[Payload]:
        """The latest that everyone sees, newest first."""
        seen = [
            message
            for message in self.messages.values()
            if message["channel_id"] == channel and not message["flags"] & EPHEMERAL
        ]
        return sorted(seen, key=lambda message: -int(message["id"]))[:100]

    def _remove_message(self, body: Any, *found: str) -> None:
        self.messages.pop(found[-1], None)

    def _find_member(self, body: Any, guild: str, id: str) -> Payload:
        people = (self.alice, self.admin)
        return next((person for person in people if person["user"]["id"] == id), {})

    def _open_direct(self, body: Any) -> Payload:
        return self.direct

    def _find_channel(self, body: Any, id: str) -> Payload:
        return self.channels.get(id, {})

    def _open_thread(self, body: Any, channel: str, id: str) -> Payload:
        thread = payloads.make_thread(self.channels[channel], body["name"], self.me, id)
        self.channels[id] = thread
        return thread

    def _nothing(self, body: Any, *_: str) -> None:
        return None

    def _say(self, channel: Payload, body: Payload, flags: int = 0) -> Payload:
        """A new message of the bot's."""
        message = payloads.make_message(self.me, channel)
        self.messages[message["id"]] = message
        return _edit(message, body, flags)


ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"GET /users/@me", World._give_me),
    (r"GET /oauth2/applications/@me", World._give_application),
    (r"GET /gateway/bot", World._give_gateway),
    (r"PUT /applications/(\d+)/commands", World._keep_commands),
    (r"GET /applications/\d+/guilds/(\d+)/commands", World._give_commands),
    (r"POST /interactions/(\d+)/([^/]+)/callback", World._take_callback),
    (r"PATCH /webhooks/\d+/([^/]+)/messages/([^/]+)", World._edit_webhook),
    (r"GET /webhooks/\d+/([^/]+)/messages/([^/]+)", World._find_webhook),
    (r"DELETE /webhooks/\d+/([^/]+)/messages/([^/]+)", World._nothing),
    (r"POST /webhooks/\d+/([^/]+)", World._follow_up),
    (r"POST /channels/(\d+)/messages", World._post),
    (r"PATCH /channels/(\d+)/messages/(\d+)", World._edit_message),
    (r"GET /channels/(\d+)/messages", World._find_messages),
    (r"GET /channels/(\d+)/messages/pins", World._find_pins),
    (r"GET /channels/(\d+)/messages/(\d+)", World._find_message),
    (r"DELETE /channels/(\d+)/messages/(\d+)", World._remove_message),
    (r"POST /channels/(\d+)/typing", World._nothing),
    (r"POST /channels/(\d+)/messages/(\d+)/threads", World._open_thread),
    (r"GET /channels/(\d+)", World._find_channel),
    (r"GET /guilds/(\d+)/members/(\d+)", World._find_member),
    (r"POST /users/@me/channels", World._open_direct),
]


def _edit(message: Payload, body: Payload, flags: int = 0) -> Payload:
    """The message with what a request says of it; what is ephemeral stays so."""
    kept = message["flags"] & (EPHEMERAL | COMPONENTS_V2)
    message["flags"] = kept | flags | (body.get("flags") or 0)
    for name in ("content", "embeds", "components"):
        if body.get(name) is not None:
            message[name] = body[name]
    _number(message["components"])
    return message


def _number(components: list[Payload]) -> None:
    """Give every component an id that has none, as Discord does."""
    everything = list(_walk(components))
    free = (id for id in range(1, 1000) if id not in {each.get("id") for each in everything})
    for component in everything:
        component["id"] = component.get("id") or next(free)


def _walk(components: list[Payload]) -> Iterator[Payload]:
    for component in components:
        yield component
        yield from _walk(component.get("components", []))
        yield from _walk([component["accessory"]] if "accessory" in component else [])
