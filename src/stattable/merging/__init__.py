"""From checked returns to totals that can be proved."""
