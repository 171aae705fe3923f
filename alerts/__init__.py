"""From a change of level to a delivered, signed webhook."""
