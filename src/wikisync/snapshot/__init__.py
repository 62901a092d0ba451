"""Read both sides and the base, and recover bases that the state does not have."""
