"""Run wikisync on GitHub: the Action, its comments and annotations, and the pull request.

``python -m wikisync.github`` is the command that the Action and the reusable workflow call.
"""
