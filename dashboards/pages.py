"""All pages."""

from dashboards.district import district
from dashboards.operations import operations
from dashboards.page import Page
from dashboards.point import point
from dashboards.province import province
from dashboards.rain import rain
from dashboards.texts import Lang


def pages(lang: Lang) -> tuple[Page, ...]:
    """Build every page, in the order of their titles."""
    return tuple(build(lang) for build in (province, district, point, rain, operations))
