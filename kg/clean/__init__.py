"""Raw text to clean values."""
