"""A closer look at a sheet: what calamine shows as an empty cell, or not at all, one module for each format."""
