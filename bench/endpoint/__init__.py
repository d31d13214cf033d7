"""The end of the caller's turn, measured on labelled turns, and the weights made from them."""
