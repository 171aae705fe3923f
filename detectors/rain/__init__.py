"""Rain as a trigger of slopes and flows, and thresholds of one's own from a catalogue.

======================  =====================================================================
`trigger`               the detector: intensity and duration, wet soil, what is usual there
`windows`               how much fell in the last half hour to six days
`soil_water`            soil water index, by three tanks in a row
`history`               the share of a place's own past days that were drier
`fit`, `logistic`       local thresholds, and the probability of a response
`skill`                 how well thresholds tell storms apart, on unseen groups
======================  =====================================================================
"""
