"""Tests of ingest: decoders, validation, the bridge from MQTT to Kafka, rejects."""
