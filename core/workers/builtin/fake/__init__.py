"""A worker that only pretends: fast, deterministic and free of torch, for tests of the machinery around workers."""
