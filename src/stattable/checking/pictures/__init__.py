"""Pictures of a sheet of an .xlsx: which ones there are, and which cell each stands in."""
