"""Whose a return is, and what is wrong with it."""
