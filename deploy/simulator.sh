#!/bin/sh
# Simulates from a start that is fixed at the first run: a simulator that is started again sends the
# same readings again, which changes nothing, and goes on from there.
set -eu
state="${STATE:-/state}"
if [ ! -s "$state/start" ]; then
    date -u -d "-$SIM_HOURS_BACK hours" +%Y-%m-%dT%H:%M:%SZ > "$state/start.part"
    mv "$state/start.part" "$state/start"
fi
exec geohazard sim --registry "${REGISTRY:-/data/registry.csv}" --start "$(cat "$state/start")" \
    --seed "$SIM_SEED" --interval "$SIM_INTERVAL" --speed "$SIM_SPEED" \
    --scenario "$SIM_SCENARIO" --summary "$state/sim.json"
