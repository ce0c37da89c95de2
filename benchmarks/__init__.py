"""Measurements, side by side in one run: ratios hold on any machine, seconds only on the one they were taken on."""
