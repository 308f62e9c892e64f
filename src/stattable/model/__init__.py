"""Facts: the form, units, findings and their words. No input or output, no processes."""
