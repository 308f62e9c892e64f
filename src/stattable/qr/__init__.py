"""A picture → the codes in it."""
