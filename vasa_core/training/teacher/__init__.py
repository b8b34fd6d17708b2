"""The generative teacher: what faces do beside speech, from the literature. It makes training data, nothing else."""
