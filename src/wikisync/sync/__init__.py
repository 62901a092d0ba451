"""What should happen: the decision table, the plan, the guards. Pure; knows only ``page``."""
