"""Motion of cracks, GNSS receivers and tilt meters: how fast, since when, and beyond doubt or not.

======================  =====================================================================
`kinematics`            the detector: motion at eight time scales
`scales`                what four blocks say at each of the eight
`levels`, `evidence`    from these to a level, and the numbers that say so
`speed_levels`          absolute velocity, and velocity against the own constant stage
`constant`, `onset`     the constant-rate stage, and since when it has been left
`acceleration`          robust acceleration, with a band of its own
`runaway`               four successive steps that grow; `runaway_levels`
`direction`             the detector of a receiver's motion as a whole; `ways`, and
                        `direction_levels` from these to a level
`one_step`              a displacement that goes on, or one step that rests
`lone_axis`             one axis of a receiver that moves alone
`stopped`               ground that has come to rest keeps no level
`flows`                 a motion, or one or two jumps
======================  =====================================================================
"""
