"""Where signing keys are made, listed, rotated and revoked."""
