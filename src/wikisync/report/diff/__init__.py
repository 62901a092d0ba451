"""Compare two versions of a page and format the differences."""
