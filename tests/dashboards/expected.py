"""What each panel's queries must answer about the known province.

For each (page, panel): a list with one entry a query; an entry is the list of rows, compared by
the columns named here, in the order of the answer. ``minute`` is minutes after the start.
"""

from typing import Any

from tests.dashboards.world import (
    BLUE,
    CALM,
    HOSTILE_NAME,
    HOUR,
    ORANGE,
    RED,
    T0,
    WATCHED,
    registry,
)

Rows = list[dict[str, Any]]

_PLACES = {p.point_id: (p.lat, p.lon, p.hazard_type.value) for p in registry().points.values()}
_LEVELS = {BLUE: 1, ORANGE: 3, WATCHED: 2, RED: 4, CALM: 0}


def _on_map(point: str) -> dict[str, Any]:
    lat, lon, kind = _PLACES[point]
    place = {"lat": lat, "lon": lon, "kind": kind, "area": point[:6], "point": point}
    return {**place, "level": _LEVELS[point], "silent": int(point == RED), "minute": 120}


# The map's rows come by area, kind, point.
_ALL = [_on_map(point) for point in (BLUE, ORANGE, WATCHED, RED, CALM)]
_MAP = [_ALL, [row for row in _ALL if row["level"] >= 1]]
_COUNTS = [[{"n4": 1, "n3": 1, "n2": 1, "n1": 1, "n0": 1, "silent": 1, "n": 5}]]
_SILENT = [[{"point": RED, "level": 4, "age_s": 3600, "last_ms": T0 + HOUR, "area": "500235"}]]
_SILENT_BY_AREA = [
    [
        {"area": "500101", "silent": 0, "n": 2},
        {"area": "500235", "silent": 1, "n": 2},
        {"area": "500240", "silent": 0, "n": 1},
    ]
]
_CHANGES = [
    [
        {"minute": 70, "point": RED, "change": "silent", "prev": 4, "level": 4, "name": "新滩"},
        {"minute": 45, "point": RED, "change": "acknowledged", "prev": 4, "level": 4},
        {"minute": 40, "point": RED, "change": "upgraded", "prev": 3, "level": 4, "name": "新滩"},
        {"minute": 30, "point": BLUE, "change": "raised", "prev": 0, "level": 1, "name": "Blue"},
        {"minute": 20, "point": ORANGE, "prev": 0, "level": 3, "name": HOSTILE_NAME},
        {
            "minute": 10,
            "point": RED,
            "change": "raised",
            "prev": 0,
            "level": 3,
            "kind": "landslide",
        },
        {"minute": 10, "point": WATCHED, "change": "raised", "level": 2, "kind": "debris_flow"},
    ]
]
_RAIN_BY_AREA = [
    # Twelve intervals of 1 mm and 3 mm in Yunyang, none in Shizhu.
    [
        {"area": "500235", "mean": 24.0, "largest": 36.0},
        {"area": "500240", "mean": 0.0, "largest": 0.0},
    ]
]
_RAIN_BY_HOUR = [[{"minute": m, "mean": 8.0, "largest": 18.0} for m in (0, 60)]]


def _steps(count: int, first: int = 0, **columns: Any) -> Rows:
    """One row each ten minutes; a callable column gets the step's number."""
    return [
        {
            "minute": 10 * step,
            **{name: v(step) if callable(v) else v for name, v in columns.items()},
        }
        for step in range(first, first + count)
    ]


def _roles(column: str, **values: float) -> Rows:
    return [{"role": r, "minute": 10 * s, column: v} for r, v in values.items() for s in range(13)]


_ALL_ROLES = ("detect", "ingest", "notify", "store")
_EVIDENCE = (
    "crack (d1) velocity_mm_per_day 512 [limits: velocity_red_mm_per_day 432] "
    "rule absolute velocity 2026.11-1, level 4, flag 1"
)

# The rain gauge is judged once an hour, and then its flag is there too.
_FLAGS = _steps(
    12,
    max_crack_flag=1,
    max_crack__d2_flag=3,
    max_rain_flag=lambda step: 1 if step in (0, 6) else None,
)

EXPECTED: dict[tuple[str, str], list[Rows]] = {
    ("province", "counts"): _COUNTS,
    ("province", "map"): _MAP,
    ("province", "districts"): [
        [
            {"area": "500101", "n4": 0, "n3": 1, "n2": 0, "n1": 1, "n0": 0, "silent": 0, "n": 2},
            {"area": "500235", "n4": 1, "n3": 0, "n2": 1, "n1": 0, "n0": 0, "silent": 1, "n": 2},
            {"area": "500240", "n4": 0, "n3": 0, "n2": 0, "n1": 0, "n0": 1, "silent": 0, "n": 1},
        ]
    ],
    ("province", "changes"): _CHANGES,
    ("province", "silent"): _SILENT,
    ("province", "rain"): _RAIN_BY_AREA,
    ("province", "silent_by_area"): _SILENT_BY_AREA,
    ("district", "counts"): _COUNTS,
    ("district", "map"): _MAP,
    ("district", "points"): [
        [
            {"point": p, "level": _LEVELS[p], "score": _LEVELS[p] / 4, "kind": _PLACES[p][2]}
            for p in (BLUE, ORANGE, WATCHED, RED, CALM)
        ],
        [
            {"point": BLUE, "name": "Blue", "people": 1},
            {"point": ORANGE, "name": HOSTILE_NAME, "people": 3},
            {"point": RED, "name": "新滩", "people": 40},
            {"point": WATCHED, "name": "Gully 2", "people": 7},
            {"point": CALM, "name": "Calm", "people": 0},
        ],
    ],
    ("district", "changes"): _CHANGES,
    ("district", "silent"): _SILENT,
    ("district", "rain"): _RAIN_BY_HOUR,
    ("point", "level"): [[{"level": 4, "minute": 120}]],
    ("point", "silent"): [[{"silent": 1, "minute": 120}]],
    ("point", "last"): [[{"last_ms": T0 + HOUR}], [{"age_s": 3600}]],
    ("point", "about"): [
        [{"name": "新滩", "people": 40, "near1": WATCHED, "near2": BLUE, "near4": CALM}]
    ],
    ("point", "levels"): [
        [
            {"minute": 0, "level": 0, "silent": 0},
            *_steps(12, 1, level=4, silent=lambda step: int(step > 6)),
        ]
    ],
    ("point", "displacement"): [
        _steps(12, mean_crack=lambda s: 10 + s, mean_crack__d2=lambda s: 20 + 2 * s)
    ],
    ("point", "velocity"): [
        _steps(12, mean_crack_velocity=100.0, mean_crack__d2_velocity=50.0),
    ],
    ("point", "angle"): [
        _steps(12, mean_crack_tangential_angle=82.0, mean_crack__d2_tangential_angle=60.0)
    ],
    ("point", "tilt"): [_steps(12, mean_tilt_x=0.5)],
    ("point", "rain"): [_steps(12, sum_rain=1.0)],
    ("point", "water"): [_steps(12, mean_pore_pressure=lambda s: 30 + s)],
    ("point", "rain_index"): [
        [
            {"minute": 0, "mean_rain_rain_ratio": 0.05},
            {"minute": 60, "mean_rain_rain_ratio": 0.5},
        ],
        [
            {"minute": 0, "mean_rain_soil_water_index": 4.0},
            {"minute": 60, "mean_rain_soil_water_index": 40.0},
        ],
    ],
    ("point", "explanations"): [
        [
            {"minute": 70, "change": "silent", "level": 4, "evidence": "", "by": None},
            {"minute": 45, "change": "acknowledged", "level": 4, "by": "李娜", "note": 'a "note"'},
            {"minute": 40, "change": "upgraded", "prev": 3, "level": 4, "evidence": _EVIDENCE},
            {"minute": 10, "change": "raised", "prev": 0, "level": 3, "evidence": ""},
        ]
    ],
    ("point", "forecast"): [
        [
            {
                "minute": 40,
                "forecast_earliest_ms": T0 + 24 * HOUR,
                "forecast_failure_ms": T0 + 30 * HOUR,
                "forecast_latest_ms": T0 + 40 * HOUR,
            }
        ]
    ],
    ("point", "flags"): [_FLAGS],
    ("point", "tests"): [
        _steps(12, last_crack__d2_tests=lambda step: "spike,unit" if step % 2 else "spike")
    ],
    ("point", "scores"): [_steps(12, max_crack_anomaly_score=0.9, max_crack__d2_anomaly_score=0.4)],
    ("point", "battery"): [_steps(12, mean_battery=12.5)],
    ("point", "signal"): [_steps(12, mean_rssi=-71.0)],
    ("point", "map"): _MAP,
    ("rain", "hours"): _RAIN_BY_HOUR,
    ("rain", "ratio"): [[{"minute": 0, "ratio": 0.16}, {"minute": 60, "ratio": 1.6}]],
    ("rain", "soil"): [
        [
            {"minute": 0, "mean": 14 / 3, "largest": 9.0},
            {"minute": 60, "mean": 140 / 3, "largest": 90.0},
        ]
    ],
    ("rain", "exceeded"): [[{"point": WATCHED, "ratio": 1.6, "area": "500235", "minute": 61}]],
    ("rain", "limits"): [[{"area": "500235", "ratio": 1.6}, {"area": "500240", "ratio": 0.0}]],
    ("rain", "amounts"): _RAIN_BY_AREA,
    ("rain", "index"): [
        [
            {"area": "500235", "mean": 65.0, "largest": 90.0},
            {"area": "500240", "mean": 10.0, "largest": 10.0},
        ]
    ],
    ("operations", "flow"): [
        _steps(13, **{"ingest readings": 100.0}),
        _steps(13, **{"detect readings": 100.0}),
        _steps(13, **{"store readings_rows": 90.0}),
    ],
    ("operations", "lag"): [_roles("lag", detect=2, ingest=12, notify=0, store=1)],
    ("operations", "latency"): [
        _steps(12, 1, **{"ingest to store": 250.0}),
        [
            {"minute": m, "reading to warning, median": 1500, "reading to warning, 99 %": 1500}
            for m in (10, 20, 30, 40)
        ],
    ],
    ("operations", "rejects"): [
        [
            *({"reason": "malformed", "minute": m, "n": 10} for m in (0, 10, 20)),
            {"reason": "store_refused", "minute": 60, "n": 1},
        ]
    ],
    ("operations", "deliveries"): [
        _steps(13, **{"notify delivered": 0.1}),
        _steps(13, **{"notify failed_tries": 0.0}),
    ],
    ("operations", "waiting"): [[{"delivered": 720, "pending": 3, "dead": 1}]],
    ("operations", "errors"): [
        # The last interval has one report only, two retries after that of the one before.
        [*_steps(11, 1, retries=20), {"minute": 120, "retries": 2}],
        [{"minute": 60, "refused lines": 1}],
    ],
    ("operations", "memory"): [_roles("rss_mb", **dict.fromkeys(_ALL_ROLES, 100.0))],
    ("operations", "silent_by_area"): _SILENT_BY_AREA,
}
