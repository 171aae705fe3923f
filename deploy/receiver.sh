#!/bin/sh
# The reference receiver reads its secrets from files; here the files live in memory.
set -eu
umask 077
printf '%s\n' "$WEBHOOK_SECRET" > /tmp/webhook.secret
printf '%s\n' "$GRAFANA_WEBHOOK_SECRET" > /tmp/grafana.secret
unset WEBHOOK_SECRET GRAFANA_WEBHOOK_SECRET
exec geohazard webhook-receiver --host 0.0.0.0 --port 8099 \
    --secret-file /tmp/webhook.secret --grafana-secret-file /tmp/grafana.secret
