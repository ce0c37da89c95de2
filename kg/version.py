"""The version of this package, told in one place: packaging, commands and provenance read it here."""

from __future__ import annotations

__version__ = "0.1.0"
