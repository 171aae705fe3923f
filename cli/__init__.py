"""The geohazard command; the composition root."""
