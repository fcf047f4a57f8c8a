"""The terminal: what the commands show, and the conversation."""
