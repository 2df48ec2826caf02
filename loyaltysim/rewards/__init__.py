"""Reward schemes: each one file, plugged in through one seam."""
