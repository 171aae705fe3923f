"""Methods that turn readings into evidence; pure functions of their input.

The way through this folder::

    engine      one per Kafka partition; takes `Readings`, gives `Features`, `States`, warnings
    screening   a batch in rounds: the k-th reading of every series together
      arrival     duplicate, late, wrong clock, or fresh
      quality     QARTOD flag of each fresh reading, and the value that kinematics may use
      steps       jumps that turn out to be a step or a spike, taken out of the windows
      tracks      the ring of recent readings and the coarse ring of means of each series
      baseline motion rain shaking surge   the methods, one a file (`detectors.base.Detector`)
        predictors tails   what is usual for a series, for `baseline`
        sta_lta   for whole traces what `shaking` is for readings
      scores      p-values, the scale of scores, and one p-value for many channels
      forecasting which series are asked for their time of failure, and when
      forecast    a window of failure, or the reason why there is none
        failure_time   the methods, one a file
    outlooks    the forecast in force for each series and point
    fusion      series claims -> level of the point, with hysteresis (`rules` is the table)
    silence     who stopped reporting, by the watermark of all
    snapshot    state as bytes and back
    analysis    the same engine on one series of a file

Conventions. Anomaly scores lie in [0, 1]; higher is more anomalous and equal scores mean equal
rarity whatever the channel: 0 for a p-value of 0.1 or more, 0.5 at 1e-3, 1 at 1e-5 or less.
Velocities are in the channel's unit per day, times in UTC milliseconds, angles in degrees.

Every operation works on each series' own row and on nothing else, so that a series alone gives
the same bits as in a batch of thousands: no matrix products, no sums across series.
"""
