"""The eleven checks, in the order of docs/evidence-pack-format.md."""
