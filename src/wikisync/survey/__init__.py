"""The look at both sides and the base, before anything is decided. Nothing is written here."""

from wikisync.survey.look import Survey, survey, survey_offline

__all__ = ["Survey", "survey", "survey_offline"]
