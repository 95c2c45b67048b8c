"""Phases of a flight, each a function from a state to a frozen result with its events."""
