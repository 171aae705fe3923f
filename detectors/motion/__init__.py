"""Motion of cracks, GNSS receivers and tilt meters: how fast, since when, and beyond doubt or not.

======================  =====================================================================
`kinematics`            the detector: motion at eight time scales
`levels`, `evidence`    from motion to a level, and the numbers that say so
`speed_levels`          absolute velocity, and velocity against the own constant stage
`constant`, `onset`     the constant-rate stage, and since when it has been left
`acceleration`          robust acceleration, with a band of its own
`runaway`               four successive steps that grow; `runaway_levels`
`direction`             the detector of a receiver's motion as a whole; `direction_levels`
`lone_axis`             one axis of a receiver that moves alone
`flows`                 a motion, or one or two jumps
======================  =====================================================================
"""
