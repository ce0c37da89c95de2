"""What the graph speaks of: terms, dates, sources, and the records that every format is read into."""
