"""Format plans, results and errors for people and for programs."""
