"""From a change of level to a delivered, signed webhook.

The way of a warning: `notify` takes the event, `episode` links it to the point's earlier ones,
`explain` puts it in words, `cap` and `message` make the body, `outbox` keeps it on disk, `delivery`
and its `lane` for each receiver bring it out, with `guard` deciding which addresses may be reached.
"""
