"""The letter that goes with a stamped page: what it says, and how it looks."""
