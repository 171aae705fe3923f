"""Checks of what is deployed: compose file, accounts, documents, and a real Kafka."""
