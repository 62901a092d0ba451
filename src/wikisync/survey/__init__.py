"""The look at both sides and the base, before anything is decided. Nothing is written here."""

from wikisync.survey.look import CollectedState, collect, collect_offline

__all__ = ["CollectedState", "collect", "collect_offline"]
