"""What people touch: the terminal, the settings, and Discord."""
