"""A library's generations: a name for its passages as they are, and what has gone since each."""

from index.database import Database

KEPT_GENERATIONS = 10_000
"""How many changes back it is known which passages have gone since."""


def renew_generation(database: Database) -> None:
    """Draw another name, as passages have come or gone."""
    database.write("UPDATE library SET generation = lower(hex(randomblob(16)))")
    number = database.write("INSERT INTO past (generation) SELECT generation FROM library")
    database.write("DELETE FROM past WHERE number <= ?", number - KEPT_GENERATIONS)
    database.write("DELETE FROM removed WHERE since <= ?", number - KEPT_GENERATIONS)


def begin_anew(database: Database) -> None:
    """Forget all generations but a new one: what is derived from the passages is made anew."""
    database.write("DELETE FROM removed")
    database.write("DELETE FROM past")
    renew_generation(database)
