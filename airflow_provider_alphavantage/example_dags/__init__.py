"""Examples; also what the tests run."""
