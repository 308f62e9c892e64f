"""Options → calls → exit code."""
