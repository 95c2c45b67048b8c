"""Missions as data: documented figures with their sources, and what is flown from them."""
