"""Serve pages on loopback to one browser: what ``review`` and ``preview`` have in common.

``auth`` authorizes requests, ``entrance`` opens a browser without a secret on a command line, and
``server`` listens and serves.
"""
