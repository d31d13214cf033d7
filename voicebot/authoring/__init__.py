"""Tools for those who write hotlines: begin one, review it, try it, and see how it does."""
