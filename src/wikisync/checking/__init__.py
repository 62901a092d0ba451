"""Find what readers of the wiki would see wrong, without asking the wiki (check.md). Pure."""
