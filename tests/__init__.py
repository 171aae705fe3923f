"""Tests of every part, each in the folder of its part's name."""
