"""The general anomaly score: the detector `baseline`, what it predicts, and what is rare.

======================  =====================================================================
`baseline`              the detector: departure of any channel from what is usual for it
`level`                 is the series where it used to be?
`predictors`            what the next reading should be: four predictions, by their success
`seen`                  how often something as odd was seen before
`spells`                beginning and end of each anomaly
`tails`                 p-values of a series' statistics from that series' own past
======================  =====================================================================
"""
