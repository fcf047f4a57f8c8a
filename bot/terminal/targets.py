"""Files that a command is asked to write, and what is wrong with where they are to go."""

import os
from pathlib import Path

from bot.settings import SettingsError


def check_target(path: Path, suffix: str, noun: str) -> None:
    """Nothing; raises SettingsError where nothing could be written, before anything is done."""
    if path.suffix.lower() != suffix:
        raise SettingsError(f"{path} is no name of a {noun}. Let it end in {suffix}.")
    if not path.absolute().parent.is_dir():
        raise SettingsError(f"{path.absolute().parent} is no folder. Make it, or name another.")
    if path.is_dir():
        raise SettingsError(f"{path} is a folder. Name a file in it.")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise SettingsError(f"{path} may not be written. Name another place.")


def write_target(path: Path, data: bytes) -> None:
    """Write a file, or raise SettingsError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}). Name another place."
        ) from error
