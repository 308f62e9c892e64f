"""From a path to a checked return."""
