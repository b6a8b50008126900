"""What surrounds the product: verifier, simulator, local runner."""
