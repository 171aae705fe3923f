"""From MQTT to Kafka: decode, validate, register, hand over."""
