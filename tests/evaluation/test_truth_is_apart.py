"""The truth stays apart: no code that runs in operation can read it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MAY = {"sensors_sim", "evaluation", "tests", "benchmarks"}


def test_no_other_code_names_the_truth():
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in MAY
        and not path.relative_to(ROOT).parts[0].startswith(".")
        and ("truth.parquet" in (text := path.read_text("utf-8")) or "read_truth" in text)
    }
    assert found == set()
