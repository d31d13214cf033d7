"""A telephone in a web page: how it speaks with us."""
