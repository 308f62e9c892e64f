"""JSON, CSV and what the console shows."""
