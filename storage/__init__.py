"""Where the record is kept: InfluxDB, or DuckDB in the embedded run."""
