"""A look at a few devices between two steps says what a look at the whole fleet says of them."""

import numpy as np
import pytest

from sensors_sim.model import Model
from tests.sensors_sim.worlds import INTERVAL_MS, make_model, steps_of

FLEET = 120


def look(model: Model, rows: list[int], shift_ms: int) -> np.ndarray:
    """Read some devices, each so long after its latest regular reading."""
    own = np.array(rows)
    assert model.latest is not None
    return model.between(own, model.latest.event_ms[own] + shift_ms, turn=3)


@pytest.mark.parametrize("scenario", ["faults", "plum-rain", "earthquake", "many-failures"])
@pytest.mark.parametrize("shift_ms", [-INTERVAL_MS // 3, INTERVAL_MS // 2])
def test_a_few_devices_read_as_they_do_in_a_look_at_all(scenario: str, shift_ms: int) -> None:
    """Bit for bit, in the order asked, faults that last included."""
    model = make_model(FLEET, scenario)
    for step in steps_of(model, 90):
        if step.number % 15:
            continue
        everyone = look(model, list(range(FLEET)), shift_ms)
        rows = [7, 3, 64, FLEET - 1, step.number]
        np.testing.assert_array_equal(look(model, rows, shift_ms), everyone[rows])
        for row in rows:
            np.testing.assert_array_equal(look(model, [row], shift_ms)[0], everyone[row])


def test_a_look_leaves_what_comes_after_it_as_it_was() -> None:
    calm, seen = make_model(FLEET, "faults"), make_model(FLEET, "faults")
    for _ in range(60):
        expected = calm.advance()
        got = seen.advance()
        np.testing.assert_array_equal(got.values, expected.values)
        look(seen, [5, 90, 4], INTERVAL_MS // 2)
