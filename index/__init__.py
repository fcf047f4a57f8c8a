"""The engine: files in, cited passages out; without Discord, without an environment."""
