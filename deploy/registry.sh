#!/bin/sh
# Makes the simulated registry at the first start; a registry that is there is left alone.
set -eu
if [ -s /data/registry.csv ]; then
    echo "the registry is there: /data/registry.csv"
    exit 0
fi
exec geohazard sim registry --points "$SIM_POINTS" --seed "$SIM_SEED" \
    --interval "$SIM_INTERVAL" --scenario "$SIM_SCENARIO" --out /data/registry.csv
