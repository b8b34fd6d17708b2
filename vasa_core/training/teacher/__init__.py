"""The generative teacher: what faces do beside speech, from the literature; it makes training data and is not shipped."""
