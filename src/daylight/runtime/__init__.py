"""Runs packages; the base install needs nothing else, and torch is never imported here."""
