"""Rasid (راصد): news alerts about bases, rockets and drones, by Telegram."""

__version__ = "0.1.0"
