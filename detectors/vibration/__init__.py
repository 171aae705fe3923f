"""Shaking: the live detector `shaking`, and whole records (`sta_lta`, `trace`)."""
