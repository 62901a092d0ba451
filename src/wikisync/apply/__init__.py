"""Execute the actions of a plan, page by page.

Each write records an intent in the journal, reads the side again and compares it with the action's
precondition, makes a backup, writes, reads the result back, and stores the base and the end of the
intent in one transaction (promises 1, 3, 4, 5). A page that fails does not stop the others.
"""
