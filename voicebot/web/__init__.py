"""The public side of the process: webhooks, media sockets, health, and who is taken and rung."""
