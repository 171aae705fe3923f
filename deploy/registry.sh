#!/bin/sh
# Makes the simulated registry at the first start; a registry that is there is left alone.
set -eu
registry="${REGISTRY:-/data/registry.csv}"
if [ -s "$registry" ]; then
    echo "the registry is there: $registry"
    exit 0
fi
exec geohazard sim registry --points "$SIM_POINTS" --seed "$SIM_SEED" \
    --interval "$SIM_INTERVAL" --speed "$SIM_SPEED" --out "$registry"
