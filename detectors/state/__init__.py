"""What is kept of each series and device, and how it is looked at.

======================  =====================================================================
`columns`               tables of state: named arrays that grow together, a row for each object
`tracks`                recent readings, and means over longer bins; rounds of a batch
`noise`                 each series' own noise at every time scale
`blocks`                successive blocks of readings at several scales, and slopes through them
`beside`, `partners`    the other series of a device or logger, as they were before a reading
`receiver`              a GNSS receiver as one position with three axes
`receiver_bins`         its positions over days
`points`                what is kept of each point
`shifts`                how far a displacement or tilt series has moved lately
======================  =====================================================================
"""
