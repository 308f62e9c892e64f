"""A path → its sheets, as they stand, whatever kind of file it is."""
