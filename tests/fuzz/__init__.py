"""Fuzzing: a corpus, mutators, an oracle, and a script that runs them for as long as it is told."""
