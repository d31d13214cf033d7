"""What to say. Text and state only: no audio, no clock, no telephone."""
