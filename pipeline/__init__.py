"""The Faust apps detect, store and notify; the only folder that imports faust."""
