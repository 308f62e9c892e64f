"""Pictures and recordings → whether they open."""
