"""Pages of flows of the Financial Tracking Service (FTS) of OCHA to records."""
