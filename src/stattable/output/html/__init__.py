"""Results as one web page each, which needs nothing but itself."""
