"""The life of a customer: birth, choice, visit, staying, stages."""
