"""One point of a record by itself: its readings, and what the engine makes of them.

A point's flags and levels do not depend on other points, so they are those of the whole run.
"""

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset

from detectors.engine import Engine
from domain.errors import GeohazardError
from domain.frames import Features, Readings
from evaluation.data_set import COLUMNS, DataSet, readings_of_batch
from evaluation.door import Door


def judge_point(
    data: DataSet, point_id: str, door: Door, start_ms: int, end_ms: int
) -> tuple[Readings, Features]:
    """Return a point's readings within a span of event time, and all its features.

    Raises
    ------
    GeohazardError
        If the files of readings are damaged.
    """
    try:
        table = dataset.dataset([str(path) for path in data.files], format="parquet").to_table(
            columns=list(COLUMNS), filter=pc.field("point_id") == point_id, use_threads=False
        )
        batches = [readings_of_batch(b) for b in table.combine_chunks().to_batches()]
    except (OSError, ValueError, pa.ArrowException) as error:
        msg = f"the readings of {data.folder} are damaged: {str(error).splitlines()[0]}"
        raise GeohazardError(msg) from error
    points = {p: point for p, point in data.registry.points.items() if p == point_id}
    engine = Engine(points)
    readings = batches[0] if batches else Readings.of_rows([])
    readings = readings.take(door.admits(readings))
    features = engine.process(readings).features
    inside = (readings.event_ms >= start_ms) & (readings.event_ms <= end_ms)
    return readings.take(inside), features
