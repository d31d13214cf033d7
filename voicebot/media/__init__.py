"""Audio in and out: the only place for pipecat, and for sound cards."""
