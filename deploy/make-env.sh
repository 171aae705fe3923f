#!/bin/sh
# Writes .env with random secrets from .env.example; an .env that is there is left alone.
# Usage: deploy/make-env.sh [FILE]
set -eu
umask 077
here="$(cd "$(dirname "$0")/.." && pwd)"
out="${1:-$here/.env}"
if [ -e "$out" ]; then
    echo "$out is there; remove it first if you want new secrets" >&2
    exit 1
fi
random_hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
random_base64() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
draft="$out.part"
trap 'rm -f "$draft"' EXIT
while IFS= read -r line; do
    case "$line" in
        *=change-me) printf '%s=%s\n' "${line%%=*}" "$(random_hex)" ;;
        *=whsec_change-me) printf '%s=whsec_%s\n' "${line%%=*}" "$(random_base64)" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < "$here/.env.example" > "$draft"
mv "$draft" "$out"
echo "wrote $out"
