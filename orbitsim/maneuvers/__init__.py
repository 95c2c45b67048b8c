"""What changes an orbit: transfers between positions, and motion relative to another spacecraft."""
