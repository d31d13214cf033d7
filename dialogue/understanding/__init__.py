"""What a customer's words mean: codes, yes and no, choices, needs."""
