"""The total."""
