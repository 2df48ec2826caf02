"""What moves customers: each mechanism one file, found by the house."""
