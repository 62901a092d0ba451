"""The use cases: one function for each command, from opening both sides to its report."""
