"""A table of exchange rates: how it is read, and how flows are converted by it."""
