"""What surrounds a spacecraft: atmosphere, space weather, Sun and Moon."""
