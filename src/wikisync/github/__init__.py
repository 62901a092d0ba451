"""Runs on GitHub: what GitHub says of a run, the Action's command, comments and pull requests.

The edge: environment, files, GitHub's API and git. What is said there is made in
``report.github``. ``python -m wikisync.github`` is what the Action and the workflow call.
"""
