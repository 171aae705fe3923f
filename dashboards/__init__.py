"""Grafana dashboards and alert rules as code.

The way of a dashboard: `queries` asks, `panels` shows what was asked, a page (`province`,
`district`, `point`, `rain`, `operations`) puts panels together, `page` renders it in one language,
`files` gives every generated file by its path. `rules`, `contact` and `templates` do the same for
alerts. `deploy` brings all of it to a Grafana that already runs.
"""
