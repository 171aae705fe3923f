"""From what each series supports to levels and warnings of points.

======================  =====================================================================
`batch`                 the points' side of a batch: levels, warnings, silence; in `turns`
`level`                 from series' claims to a point's level, with hysteresis
`witnesses`             which instruments of a point confirm each other
`contradiction`         motion that another instrument would have seen, and does not
`agreement`             whether two instruments tell of one motion
`drifts`                what tells a drift from a slope
`silence`, `heard`      who stopped reporting
`outage`                what a silence may mean
`space`, `coincidence`  neighbours; triggers of several points at once
`surroundings`          whether a rise stands alone
`outlooks`              the forecast in force; `forecast_news`: when it is another
`events`, `reasons`     what a warning carries
======================  =====================================================================
"""
