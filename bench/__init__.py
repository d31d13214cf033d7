"""What the README's figures were measured with; see `python -m bench --help`.

The servers under test are processes of their own; the simulated callers live in this one, and
everything is measured on the call clock at the caller's ear.
"""
