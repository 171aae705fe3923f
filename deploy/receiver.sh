#!/bin/sh
# The reference receiver reads its secret from a file; here the file lives in memory.
set -eu
umask 077
printf '%s\n' "$WEBHOOK_SECRET" > /tmp/webhook.secret
unset WEBHOOK_SECRET
exec geohazard webhook-receiver --host 0.0.0.0 --port 8099 --secret-file /tmp/webhook.secret
