"""Makes, checks and merges the members' day returns of a mass organisation."""

__version__ = "0.1.0"
