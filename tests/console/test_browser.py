"""The page as a person meets it: a real browser before the real pipeline.

The tests stand in the order of a watch: quiet, a slope fails, somebody looks and acknowledges,
processes die.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.stage import (
    HOSTILE,
    HOSTILE_NAME,
    NEVER_HEARD,
    POINTS,
    RUNAWAY,
    SPIKED,
    Stage,
    count,
    show,
    wait_for_count,
)

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture(scope="module")
def page(stage: Stage, browser: Browser) -> Page:
    """Open the page once, in English and light."""
    page = show(browser, stage.url, locale="en-GB", color_scheme="light")
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    page.on("dialog", lambda dialog: page.errors.append(dialog.message))  # type: ignore[attr-defined]
    return page


def runaway(stage: Stage) -> str:
    return stage.pipeline.points[RUNAWAY].point_id


def test_every_point_is_there_and_quiet(page: Page) -> None:
    wait_for_count(page, 0, POINTS)
    assert [count(page, level) for level in range(5)] == [POINTS, 0, 0, 0, 0]
    painted = page.evaluate(
        "() => { const c = document.querySelector('#map canvas'); "
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; "
        "const seen = new Set(); for (let i = 0; i < d.length; i += 4) "
        "seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size; }"
    )
    assert painted > 3  # ground, land, borders, dots


def test_a_planted_failure_turns_red_within_five_seconds_of_its_warning(
    stage: Stage, page: Page
) -> None:
    page.evaluate(
        "() => { window.turned = null; const chip = document.querySelector('#levels');"
        "new MutationObserver(() => { if (!window.turned && "
        "Number(chip.querySelector('[data-level=\"4\"]').dataset.count)) "
        "window.turned = Date.now(); }).observe(chip, {childList: true}); }"
    )
    stage.publish(47)
    wait_for_count(page, 4, 3)
    turned = page.evaluate("() => window.turned")
    made = min(
        w["produced_ms"]
        for w in page.evaluate("() => window.geohazard.store.warnings")
        if w["level"] == 4
    )
    assert 0 <= turned - made < 5_000


def test_the_counts_are_those_of_the_store(stage: Stage, page: Page) -> None:
    shown: list[int] = []

    def agree() -> bool:
        shown[:] = [count(page, level) for level in range(5)]
        return shown == stage.stored_levels()

    stage.pipeline.wait(agree, "page and store to agree")
    assert sum(shown) == POINTS
    assert shown[4] >= 1


def test_a_click_on_a_warning_shows_the_point_with_charts_and_reasons(
    stage: Stage, page: Page
) -> None:
    item = page.locator("#warnings .item.edge4").filter(has_text=f"slope {RUNAWAY}").first
    item.click()
    expect(page.locator("#point h2")).to_contain_text(f"slope {RUNAWAY}")
    expect(page.locator("#point .chart svg path.line").first).to_be_visible()
    titles = page.locator("#charts .charttitle b").all_text_contents()
    assert titles[:3] == [
        "Displacement, change over the time shown",
        "Velocity",
        "Tilt, change over the time shown",
    ]
    assert {"Level", "Quality flags"} <= set(titles)
    expect(page.locator("#point .reasons li").first).to_contain_text(
        f"of device d{RUNAWAY}: reading"
    )
    expect(page.locator("#point .why").first).to_contain_text("Level: from")
    expect(page.locator("#point .around").first).to_contain_text("Around it:")
    expect(page.locator("#charts")).to_contain_text("No data yet")  # rain was never measured
    line = page.locator("#charts path.line").first.get_attribute("d") or ""
    assert line.count("L") >= 40  # a stroke for each reading


def test_a_doubted_reading_says_why(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}#/point/{stage.pipeline.points[SPIKED].point_id}")
    doubted = page.locator("#point details.doubted")
    doubted.locator("summary").click()
    expect(doubted.locator("tbody tr").filter(has_text="crack")).to_have_count(1)
    expect(doubted.locator("tbody tr").filter(has_text="crack")).to_contain_text("suspect: spike")
    page.keyboard.press("Escape")


def test_a_click_on_the_map_opens_what_lies_there(stage: Stage, page: Page) -> None:
    page.goto(stage.url + "#/map")
    expect(page.locator("#point")).to_be_hidden()
    page.wait_for_function(  # the map has its new width, and has drawn it
        "() => { const m = window.geohazard.map; "
        "return m.width === m.root.clientWidth && !m.queued; }"
    )
    x, y = page.evaluate(
        "id => window.geohazard.map.screen(window.geohazard.store.rows.get(id))", runaway(stage)
    )
    page.locator("#map canvas").click(position={"x": x, "y": y})
    expect(page.locator("#point .id").first).to_have_text(re.compile(r"^500"))


def test_a_point_without_data_says_so(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}#/point/{stage.pipeline.points[NEVER_HEARD].point_id}")
    expect(page.locator("#charts")).to_contain_text("No data yet")
    expect(page.locator("#charts svg path.line")).to_have_count(0)


def test_hostile_names_stay_text(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}#/point/{stage.pipeline.points[HOSTILE].point_id}")
    expect(page.locator("#point h2 span")).to_have_text(HOSTILE_NAME)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("<script>alert(1)</script> \"o'b\\")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#point h2 span")).to_have_text(HOSTILE_NAME)
    assert page.errors == []  # type: ignore[attr-defined]
    assert page.locator("#point img, #point script").count() == 0


def test_all_by_keyboard(stage: Stage, page: Page) -> None:
    page.goto(stage.url + "#/map")
    page.locator("#map canvas").focus()
    page.keyboard.press("n")
    expect(page.locator(".tip")).to_be_visible()
    before = page.evaluate("() => ({...window.geohazard.map.view})")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    after = page.evaluate("() => ({...window.geohazard.map.view})")
    assert after["x"] < before["x"]
    assert after["scale"] > before["scale"]
    page.keyboard.press("Enter")
    expect(page.locator("#point h2")).to_be_visible()
    page.locator("#charts .charts").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#charts .when")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#point")).to_be_hidden()


def test_acknowledging_survives_the_death_of_console_and_store(stage: Stage, page: Page) -> None:
    level = count(page, 4)
    page.goto(f"{stage.url}#/point/{runaway(stage)}")
    page.fill("#point [name=by]", "李娜 <b>'\"")
    page.fill("#point [name=note]", "crew on its way 🙂")
    page.click("#point .acknowledge button")
    seen = page.locator("#point .seen").first
    expect(seen).to_contain_text("Acknowledged by 李娜 <b>'\"")
    expect(
        page.locator(f"#warnings .item:has-text('slope {RUNAWAY}') .seenmark").first
    ).to_be_attached()
    warning = page.locator("#point .whole .id").first.text_content()
    stage.wait_until_recorded(str(warning))
    stage.restart("console", "store")
    fresh = show(page.context.browser, f"{stage.url}#/point/{runaway(stage)}", locale="en-GB")  # type: ignore[arg-type]
    expect(fresh.locator("#point .seen").first).to_contain_text("crew on its way 🙂")
    assert count(fresh, 4) == level
    assert stage.acknowledge(str(warning), runaway(stage))["new"] is False
    fresh.close()


def test_the_page_comes_back_by_itself_when_the_console_was_away(stage: Stage, page: Page) -> None:
    stage.pipeline.kill("console")
    expect(page.locator("#trouble")).to_contain_text("Connection lost")
    stage.pipeline.start("console")
    expect(page.locator("#trouble")).to_be_hidden()
    wait_for_count(page, 4, 1)


def test_without_the_store_levels_go_on_and_the_page_says_what_is_missing(
    stage: Stage, page: Page
) -> None:
    stage.pipeline.kill("store")
    page.goto(f"{stage.url}#/point/{stage.pipeline.points[0].point_id}")
    expect(page.locator("#charts")).to_contain_text("The record cannot be asked now")
    expect(page.locator("#trouble")).to_contain_text("record cannot be asked")
    stage.pipeline.start("store")
    expect(page.locator("#charts svg path.line").first).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()


def test_operations_tell_lag_and_deliveries(stage: Stage, page: Page) -> None:
    page.goto(stage.url + "#/operations")
    for role in ("ingest", "detect", "store", "notify"):
        expect(page.locator("#operations tbody th", has_text=role)).to_be_visible()
    expect(page.locator("#operations")).to_contain_text("Delivered")
    expect(page.locator("#operations")).to_contain_text("answers")


def test_districts_sort(stage: Stage, page: Page) -> None:
    page.goto(stage.url + "#/districts")
    expect(page.locator("#districts tbody tr")).to_have_count(38)
    page.click("#districts [data-by=district]")
    names = page.locator("#districts tbody th").all_text_contents()
    assert names == sorted(names)


def test_in_chinese_and_dark(stage: Stage, browser: Browser) -> None:
    page = show(browser, stage.url, locale="zh-CN", color_scheme="dark")
    expect(page.locator("#levels")).to_contain_text("红色")
    assert page.get_attribute("html", "lang") == "zh-CN"
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", ground)) < 60
    page.goto(f"{stage.url}#/point/{runaway(stage)}")
    expect(page.locator("#point .why").first).to_contain_text("级别：由")
    page.click("#language")
    expect(page.locator("#levels")).to_contain_text("Red")
    expect(page.locator("#point .reasons li").first).to_contain_text(
        f"of device d{RUNAWAY}: reading"
    )
    expect(page.locator("#point .why").first).to_contain_text("Level: from")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "light"
    page.reload()  # both are remembered
    expect(page.locator("#levels")).to_contain_text("Red")
    assert page.get_attribute("html", "data-theme") == "light"
    page.close()
