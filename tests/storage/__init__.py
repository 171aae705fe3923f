"""Tests of the stores, against DuckDB files and a real InfluxDB."""
