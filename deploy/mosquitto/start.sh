#!/bin/sh
# Turns the passwords of .env into mosquitto's password file, in memory, then starts mosquitto.
# The hashing reads a file, so no password is ever an argument of a program.
set -eu
umask 077
services="${SERVICES_PASSWD:-/run/mosquitto/services.passwd}"
devices="${DEVICES_PASSWD:-/mosquitto/data/devices.passwd}"
config="${MOSQUITTO_CONFIG:-/mosquitto/config/mosquitto.conf}"
{
    printf 'ingest:%s\n' "$MQTT_INGEST_PASSWORD"
    printf 'simulator:%s\n' "$MQTT_SIM_PASSWORD"
    printf 'notify:%s\n' "$MQTT_NOTIFY_PASSWORD"
    printf 'operator:%s\n' "$MQTT_OPERATOR_PASSWORD"
    printf 'health:%s\n' "$MQTT_HEALTH_PASSWORD"
} > "$services"
mosquitto_passwd -U "$services"
[ -e "$devices" ] || : > "$devices"
unset MQTT_INGEST_PASSWORD MQTT_NOTIFY_PASSWORD MQTT_SIM_PASSWORD MQTT_OPERATOR_PASSWORD
exec mosquitto -c "$config"
