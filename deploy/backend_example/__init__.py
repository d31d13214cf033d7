"""An HTTP backend for the retail hotline, to start from."""
