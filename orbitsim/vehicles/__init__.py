"""Launch vehicles and spacecraft as published figures, each with its source."""
