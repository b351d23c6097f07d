"""Numbered, forward only; a released step is never edited."""
