"""The built-in web view: live from Kafka, history from whichever store runs."""
