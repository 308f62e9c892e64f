"""What the console shows, a module for each command."""
