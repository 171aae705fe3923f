"""Time of failure of one moving series: several methods, one forecast, or a reason why not.

======================  =====================================================================
`forecasting`           which series are asked for their time of failure, and when
`forecast`              a window of failure, or the reason why there is none
`joint_record`          the record of a receiver along its own direction
`history`               the record that all methods see: fine and coarse ring, one direction
`markers`               times at which equal parts of the displacement were reached
`inverse_velocity`      Fukuzono 1985: 1/v falls on a straight line to zero
`slo`                   Mufundirwa et al. 2010: t v = t_f v - B
`saito`                 Saito 1965, 1969: secondary creep, and three marks of tertiary creep
`carla`                 Carla et al. 2017: onset by moving averages, window from both
`voight`                Voight 1988 with free alpha, fitted to the displacement itself
`line`, `curves`        least squares of straight lines, and of many curves at once
`rivals`                motions that do not fail: constant, slowing, a step that comes to rest
`estimate`              what one method says
`ensemble`              one time, one calibrated window
======================  =====================================================================

All are pure functions of a `history.History`; times are days before (negative) or after now.
"""
