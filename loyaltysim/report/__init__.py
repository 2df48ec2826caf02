"""What people read: a comparison in words, in pictures, and as one page."""
