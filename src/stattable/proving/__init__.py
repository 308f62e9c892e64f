"""What stands behind a total, and whether it still holds."""
