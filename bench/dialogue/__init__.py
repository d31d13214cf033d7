"""How well the dialogue understands, measured."""
