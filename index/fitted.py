"""What turns scores into confidence: the calibration that a library keeps for itself."""

import json
from dataclasses import asdict

from index.database import Database
from index.seals import resealed
from index.types import Calibration


class Fitted:
    """The calibration that was fitted to a library's own gold, if any was."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def calibration(self, scored_by: str) -> Calibration | None:
        """Return what was fitted to these very scores, if anything was."""
        kept = self._read()
        with self._db.decoding():
            fitted = json.loads(kept) if kept else {}
            if fitted.get("scored_by") != scored_by:
                return None
            return Calibration(
                float(fitted["threshold"]), float(fitted["spread"]), float(fitted["ceiling"])
            )

    @property
    def scored_by(self) -> str | None:
        """Whose scores the calibration that is kept was fitted to; None where none is."""
        kept = self._read()
        with self._db.decoding():
            return str(json.loads(kept)["scored_by"]) if kept else None

    def keep(self, scored_by: str, calibration: Calibration) -> None:
        """Keep what was fitted to the scores of a model, in the words of whoever set it."""
        self._write(json.dumps({"scored_by": scored_by} | asdict(calibration)))

    def forget(self) -> None:
        """Keep no calibration any more."""
        self._write(None)

    def _read(self) -> str | None:
        with self._db.decoding():
            [(kept,)] = self._db.read("SELECT calibration FROM library")
            return None if kept is None else str(kept)

    def _write(self, kept: str | None) -> None:
        with resealed(self._db, "library", 1):
            self._db.write("UPDATE library SET calibration = ?", kept)
