#!/bin/sh
# A container is one instance of its role: `docker compose up --scale detect=4` needs no more.
set -eu
export GEOHAZARD_INSTANCE="${GEOHAZARD_INSTANCE:-$(hostname)}"
exec geohazard "$@"
