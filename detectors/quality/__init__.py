"""Quality before meaning: what a fresh reading is, before any method sees it (docs/quality.md).

======================  =====================================================================
`arrival`               duplicate, late, wrong clock, or fresh
`clocks`                clocks that are wrong, told by when their readings are received
`sample`                what every test is given
`flagging`, `limits`    QARTOD's flag of each fresh reading, and the value that methods may use
`late`                  readings that come late, between two neighbours
`spikes`                hold what leaves its neighbour, and let the next one tell
`steps`                 jumps that turn out to be a step or a spike, taken out of the windows
`flat`, `units`         stuck sensors; swapped units
`climatology`           what is plausible for a season and duration; `seasons` of water
`axes`                  exchanged axes of a tilt meter
`wrong_fixes`           one position of a receiver far from where it has been
`baseline_jumps`        a receiver's solution moves at one instant, in all axes, and rests
`returns`               a series that jumps back to where it rested
`batteries`, `thermal`  notes: a low battery, and what the day's warmth does
======================  =====================================================================
"""
