"""Discord's objects as its gateway and its REST API tell them: one server, a few people."""

import itertools
import time
from typing import Any

Payload = dict[str, Any]

_EPOCH_MS = 1_420_070_400_000
_numbers = itertools.count(1)

TEXT, DIRECT, THREAD = 0, 1, 11
"""Types of channels."""
EVERYTHING = str((1 << 53) - 1)
MEMBERS = str(0x400 | 0x800 | 0x8000 | 0x10000 | 0x80000000 | 1 << 35 | 1 << 38)
"""View, send, attach, read the history, use commands, open threads and send there."""
SINCE = "2026-01-02T03:04:05.000000+00:00"


def make_id() -> str:
    """A snowflake of now: the library reads the time from it."""
    return str((int(time.time() * 1000) - _EPOCH_MS << 22) | next(_numbers) & 0x3FFFFF)


def make_user(name: str, *, bot: bool = False) -> Payload:
    return {
        "id": make_id(),
        "username": name,
        "global_name": None if bot else name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def make_member(user: Payload, *, permissions: str = MEMBERS) -> Payload:
    return {
        "user": user,
        "roles": [],
        "joined_at": SINCE,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "pending": False,
        "permissions": permissions,
    }


def make_channel(name: str, kind: int = TEXT, **more: Any) -> Payload:
    return {
        "id": make_id(),
        "type": kind,
        "name": name,
        "position": 0,
        "permission_overwrites": [],
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
        **more,
    }


def make_thread(parent: Payload, name: str, owner: Payload, id: str | None = None) -> Payload:
    return make_channel(
        name,
        THREAD,
        id=id or make_id(),
        guild_id=parent["guild_id"],
        parent_id=parent["id"],
        owner_id=owner["id"],
        message_count=0,
        member_count=1,
        thread_metadata={
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": SINCE,
            "locked": False,
            "create_timestamp": SINCE,
        },
    )


def make_guild(name: str, owner: Payload, members: list[Payload]) -> Payload:
    id = make_id()
    everyone = {
        "id": id,
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": EVERYTHING,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    channel = make_channel("general", guild_id=id)
    return {
        "id": id,
        "name": name,
        "owner_id": owner["id"],
        "icon": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "system_channel_flags": 0,
        "preferred_locale": "en-US",
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [everyone],
        "channels": [channel],
        "threads": [],
        "members": members,
        "member_count": len(members),
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "joined_at": SINCE,
        "large": False,
        "unavailable": False,
    }


def make_attachment(name: str, data: bytes, address: str) -> Payload:
    id = make_id()
    url = f"{address}/attachments/{id}/{name}"
    return {"id": id, "filename": name, "size": len(data), "url": url, "proxy_url": url}


def make_message(author: Payload, channel: Payload, **more: Any) -> Payload:
    return {
        "id": make_id(),
        "channel_id": channel["id"],
        "author": author,
        "content": "",
        "timestamp": SINCE,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "flags": 0,
        "type": 0,
        **({"guild_id": channel["guild_id"]} if "guild_id" in channel else {}),
        **more,
    }


def make_interaction(
    kind: int, application: str, member: Payload, channel: Payload, data: Payload, **more: Any
) -> Payload:
    """An interaction in a server's channel, or, where the channel has no server, in messages."""
    guild = channel.get("guild_id")
    somewhere = {
        "member": member,
        "guild_id": guild,
        "guild": {"id": guild, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "authorizing_integration_owners": {"0": guild},
        "context": 0,
    }
    directly = {
        "user": member["user"],
        "authorizing_integration_owners": {"1": member["user"]["id"]},
        "context": 1,
    }
    return {
        "id": make_id(),
        "application_id": application,
        "type": kind,
        "token": f"token-of-interaction-{make_id()}",
        "version": 1,
        "data": data,
        "channel_id": channel["id"],
        "channel": channel,
        "app_permissions": EVERYTHING,
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": 10 << 20,
        **(somewhere if guild else directly),
        **more,
    }
