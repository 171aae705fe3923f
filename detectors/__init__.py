"""Methods that turn readings into evidence; pure functions of their input.

The way through this folder::

    engine         one per Kafka partition; takes `Readings`, gives `Features`, `States`, warnings
    screening      a batch in rounds: the k-th reading of every series together
      state        what is kept of each series: recent readings, noise, partners (in `series`)
      intake       a fresh reading through quality into its ring
      quality      a flag for each fresh reading, and the value that methods may use
      score motion rain vibration surge
                   the methods, a detector (`base.Detector`) in one file each
      consult      the strongest claim of a reading, confirmed by the next
      failure_time a window of failure, or the reason why there is none
    fusion         series claims -> level of the point, with hysteresis (`rules` is the table);
                   silence, surroundings, warnings
    snapshot       state as bytes and back
    analysis       the same engine on one series of a file

Conventions. Anomaly scores (`scores`) lie in [0, 1]; higher is more anomalous and equal scores
mean equal rarity whatever the channel: 0 for a p-value of 0.1 or more, 0.5 at 1e-3, 1 at 1e-5 or
less. Velocities are in the channel's unit per day, times in UTC milliseconds, angles in degrees.

Every operation works on each series' own row and on nothing else, so that a series alone gives
the same bits as in a batch of thousands: no matrix products, no sums across series.
"""
