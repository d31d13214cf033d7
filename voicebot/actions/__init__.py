"""Business actions: what runs them, and the demo shop that they act on."""
