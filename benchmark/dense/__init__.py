"""Dense retrieval: encoders, embeddings on disk, exact search."""
