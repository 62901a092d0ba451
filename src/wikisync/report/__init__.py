"""Plans, outcomes and errors as people and programs read them."""
