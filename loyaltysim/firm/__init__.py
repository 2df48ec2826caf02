"""The organisation: staff and desk, living in SimPy."""
