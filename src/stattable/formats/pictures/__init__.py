"""The pictures on a sheet, each with its cell."""
