"""Call control and the wire. Knows nothing of models, dialogue or pipecat."""
