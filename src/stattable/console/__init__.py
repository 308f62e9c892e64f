"""What people see on a terminal. The only package that knows rich."""
