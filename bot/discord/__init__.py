"""The bot in Discord: the only room that speaks with it."""
